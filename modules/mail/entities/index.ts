import { QueuedMail } from './queued-mail.js';

export default [QueuedMail];
