export { type CsvRow, csvStream } from '../libraries/csv.js';
export { loadSharp, type Sharp } from '../libraries/sharp.js';
export { type JsonText, JsonTextError, readJsonText, type TextPosition } from './json-text.js';
export { localAddress } from './local-path.js';
export { readAll } from './read-all.js';
export { scopeRefusal } from './scope-refusal.js';
export { every } from './timers.js';
export { isUniqueViolation } from './unique-violation.js';
export { nearest, switchWord } from './words.js';
