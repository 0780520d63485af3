import { Note } from './note.js';

export default [Note];
