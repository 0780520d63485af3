import { CreateMail1764700000000 } from './create-mail.js';

export default [CreateMail1764700000000];
