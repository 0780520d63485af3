export type { WebContentErrorCode } from './error-codes.js';
