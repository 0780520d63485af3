/** Codes of the errors that this package throws; docs/errors.md says of each what happened and what to do. */
export type WebContentErrorCode = 'address-taken' | 'article-conflict' | 'cleaning-failed';

declare global {
  interface PorticoErrorCodes extends Record<WebContentErrorCode, true> {}
}
