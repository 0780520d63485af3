/** Codes of the errors that this package throws; docs/errors.md says of each what happened and what to do. */
export type ControlPanelErrorCode =
  | 'contribution-unknown'
  | 'flag-import-refused'
  | 'module-action-refused'
  | 'person-unknown'
  | 'site-unknown';

declare global {
  interface PorticoErrorCodes extends Record<ControlPanelErrorCode, true> {}
}
