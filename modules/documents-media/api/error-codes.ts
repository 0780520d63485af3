/** Codes of the errors that this package throws; docs/errors.md says of each what happened and what to do. */
export type DocumentsMediaErrorCode =
  | 'document-conflict'
  | 'folder-not-empty'
  | 'name-taken'
  | 'nothing-received'
  | 'permissions-conflict'
  | 'quota-exceeded'
  | 'thumbnail-failed'
  | 'wrong-type';

declare global {
  interface PorticoErrorCodes extends Record<DocumentsMediaErrorCode, true> {}
}
