/** Codes of the errors that this package throws; docs/errors.md says of each what happened and what to do. */
export type SitesErrorCode = 'address-taken' | 'last-site' | 'site-elsewhere' | 'site-in-use';

declare global {
  interface PorticoErrorCodes extends Record<SitesErrorCode, true> {}
}
