import type { IncomingHttpHeaders } from 'node:http';
import { type ApiError, invalidKey, missingKey } from '../api-error.js';
import type { Manners } from './manners.js';

/** Headers in which a key may come. */
export const keyHeaders = ['authorization', 'api-key'] as const;

const accepts = (keys: readonly string[] | 'any', key: string): boolean =>
  keys === 'any' ? /^[\x21-\x7e]{8,}$/.test(key) : keys.includes(key);

/** Undefined when the key will do, or none is asked for. */
export function keyFault(headers: IncomingHttpHeaders, { key }: Manners, keys: readonly string[] | 'any'): ApiError | undefined {
  if (key === 'unasked') return undefined;
  const bearer = /^Bearer (.+)$/.exec(headers.authorization ?? '')?.[1];
  const given = key === 'api-key' ? headers['api-key'] : bearer;
  if (given === undefined) return key === 'open' ? undefined : missingKey;
  return accepts(keys, String(given)) ? undefined : invalidKey(String(given));
}
