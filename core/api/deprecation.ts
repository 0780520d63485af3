import { isLaterVersion } from '../libraries/kernel.js';

/** What is going to be taken away. A tag `@deprecated` says the same to editors. */
export interface Deprecation {
  /** Version of the package that deprecated it, e.g. `1.4.0`. */
  readonly since: string;
  /** Version of the package that does not have it any more: a later major one. */
  readonly removal: string;
  /** What to use, in a sentence. */
  readonly instead: string;
}

export type DeprecatedKind = 'service' | 'extension-point' | 'function';

/** By the id of a service or point. */
const declared = new Map<string, Deprecation>();
const listeners = new Set<(name: string, deprecation: Deprecation) => void>();

/** Notes that a service or point is deprecated. @throws Error when it would go before anybody could follow. */
export function declareDeprecated(id: string, deprecation: Deprecation): void {
  check(id, deprecation);
  declared.set(id, deprecation);
}

/** What is said about a service or point; undefined while it is to stay. */
export function deprecationOf(id: string): Deprecation | undefined {
  return declared.get(id);
}

/**
 * Called by a function that is deprecated, in its first line: the log says once which module called it, and so does that module's page.
 * @param name as it is imported, e.g. `formatPrice of @acme/prices/api`
 */
export function noteDeprecatedUse(name: string, deprecation: Deprecation): void {
  check(name, deprecation);
  for (const listener of listeners) listener(name, deprecation);
}

/** For the host. Answers what ends it. */
export function onDeprecatedUse(listener: (name: string, deprecation: Deprecation) => void): () => void {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}

function check(name: string, { since, removal }: Deprecation): void {
  if (/^\d+\.0\.0$/.test(removal) && isLaterVersion(removal, since)) return;
  throw new Error(`${name} is deprecated since ${since} and gone with ${removal}: what goes, goes with a later major version.`);
}
