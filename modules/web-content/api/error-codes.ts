/** Codes of the errors that this package throws; docs/errors.md says of each what happened and what to do. */
export type WebContentErrorCode =
  | 'address-taken'
  | 'article-conflict'
  | 'cleaning-failed'
  | 'not-a-picture'
  | 'pictures-not-visible'
  | 'pictures-unavailable'
  | 'text-too-complex';

declare global {
  interface PorticoErrorCodes extends Record<WebContentErrorCode, true> {}
}
