import { CreateNotes1796000000000 } from './create-notes.js';

export default [CreateNotes1796000000000];
