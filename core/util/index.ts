export { type JsonText, JsonTextError, readJsonText, type TextPosition } from './json-text.js';
export { localAddress } from './local-path.js';
export { type MergedFields, mergeFields } from './merge-fields.js';
export { readAll } from './read-all.js';
export { scopeRefusal } from './scope-refusal.js';
export { every } from './timers.js';
export { isUniqueViolation } from './unique-violation.js';
