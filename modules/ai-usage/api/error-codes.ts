/** Codes of the errors that this package throws; docs/errors.md says of each what happened and what to do. */
export type AiUsageErrorCode = 'budget-conflict' | 'budget-exceeded' | 'price-currency';

declare global {
  interface PorticoErrorCodes extends Record<AiUsageErrorCode, true> {}
}
