/** Codes of the errors that this package throws; docs/errors.md says of each what happened and what to do. */
export type ConfigurationErrorCode =
  | 'import-changed-since'
  | 'import-unknown'
  | 'scope-unknown'
  | 'secret-as-argument'
  | 'setting-locked'
  | 'setting-not-here'
  | 'setting-unknown'
  | 'settings-conflict'
  | 'site-unknown';

declare global {
  interface PorticoErrorCodes extends Record<ConfigurationErrorCode, true> {}
}
