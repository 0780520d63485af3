/** What a constructor asks for: tokens of services, or classes of the module's own. */
export type Injected = symbol | (abstract new (...args: never[]) => unknown);

/** Held by the class itself and not by a table, so that a module that brings a copy of this package is read as well. */
const key: unique symbol = Symbol.for('portico.injections') as never;

/** Notes what a class asks for; `inject` calls it. */
export function noteInjection(target: object, injected: Injected): void {
  if (!Object.hasOwn(target, key)) Object.defineProperty(target, key, { value: new Set<Injected>() });
  (target as { [key]: Set<Injected> })[key].add(injected);
}

/** What the constructor of a class itself asks for. */
export function injectionsOf(target: object): ReadonlySet<Injected> {
  return Object.hasOwn(target, key) ? (target as { [key]: Set<Injected> })[key] : new Set();
}
