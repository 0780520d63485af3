import type { Provider } from '@openfeature/server-sdk';
import { type ServiceToken, serviceToken } from '@portico/core';

/**
 * The flags of the portal as an OpenFeature provider, and the default provider of the SDK while this module is active.
 * Booleans only; the evaluation context has no say. Reasons: `STATIC` for a value somebody set (environment, instance, file,
 * deployment), `DEFAULT` for what the declaration says, `TARGETING_MATCH` when a flag it depends on keeps it off, `DISABLED` for
 * Dev flags outside of development mode. Error codes: `FLAG_NOT_FOUND`, `TYPE_MISMATCH`. The metadata say `origin`, `type`,
 * `explanation`, and, where they are known, `lockedBy` and `owner`.
 */
export const FlagProvider: ServiceToken<Provider> = serviceToken('openfeature.flag-provider');
