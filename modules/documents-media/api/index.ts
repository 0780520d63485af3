export * from './documents.js';
export type { DocumentsMediaErrorCode } from './error-codes.js';
export * from './generated-captions.js';
export * from './generated-mark.js';
export * from './new-menu.js';
