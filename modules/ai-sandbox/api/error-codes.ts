/** Codes of the errors that this package throws; docs/errors.md says of each what happened and what to do. */
export type AiSandboxErrorCode = 'sandbox-misconfigured';

declare global {
  interface PorticoErrorCodes extends Record<AiSandboxErrorCode, true> {}
}
