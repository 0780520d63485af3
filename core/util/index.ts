export { isUniqueViolation } from './error-chain.js';
export { type JsonText, JsonTextError, readJsonText, type TextPosition } from './json-text.js';
export { localAddress, readAll, scopeRefusal } from './requests.js';
export { every } from './timers.js';
