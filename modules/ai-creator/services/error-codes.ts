/** Codes of the errors that this package throws; docs/errors.md says of each what happened and what to do. */
export type AiCreatorErrorCode =
  | 'ai-creator-budget'
  | 'ai-creator-key-missing'
  | 'ai-creator-off'
  | 'ai-creator-provider-missing'
  | 'ai-creator-refused'
  | 'cannot-refine'
  | 'generation-differs'
  | 'generation-runs'
  | 'no-idempotency-key'
  | 'nothing-added'
  | 'nothing-missing'
  | 'source-unsuitable'
  | 'streams-busy'
  | 'too-many-open-orders';

declare global {
  interface PorticoErrorCodes extends Record<AiCreatorErrorCode, true> {}
}
