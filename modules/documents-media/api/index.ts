export * from './actions.js';
export * from './documents.js';
export type { DocumentsMediaErrorCode } from './error-codes.js';
export * from './metadata.js';
export * from './new-menu.js';
