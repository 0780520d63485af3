/** Codes of the errors that this package throws; docs/errors.md says of each what happened and what to do. */
export type MailErrorCode = 'mail-ended' | 'mail-not-set-up' | 'mail-queue-full';

declare global {
  interface PorticoErrorCodes extends Record<MailErrorCode, true> {}
}
