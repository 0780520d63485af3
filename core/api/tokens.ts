import { inject as inversifyInject } from '../libraries/inversify.js';
import { noteInjection } from './injections.js';

declare const serviceType: unique symbol;
declare const pointType: unique symbol;

/** Names a service of type `T`. By convention token and interface share a name. */
export type ServiceToken<T> = symbol & { readonly [serviceType]: (value: T) => T };

/** Names a place where any module may add a `T`. One host reads what many contribute. */
export type ExtensionPoint<T> = symbol & { readonly [pointType]: (value: T) => T };

/**
 * A service that may be absent, now or later. `get` answers what is there at this moment:
 * never keep the answer, ask again.
 */
export interface ServiceHandle<T> {
  get(): T | undefined;
}

const prefixes = {
  service: 'portico.service:',
  point: 'portico.point:',
  optional: 'portico.optional:',
} as const;

/**
 * Makes the token of a service.
 * @param id `<module>.<service>` in kebab-case; it is the id used under `provides` and `requires` of a manifest.
 */
export function serviceToken<T>(id: string): ServiceToken<T> {
  return Symbol.for(prefixes.service + id) as ServiceToken<T>;
}

/**
 * Makes an extension point.
 * @param id `<module>.<plural-noun>` in kebab-case; it is the id used under `hosts`, `requires` and `optional` of a manifest.
 */
export function extensionPoint<T>(id: string): ExtensionPoint<T> {
  return Symbol.for(prefixes.point + id) as ExtensionPoint<T>;
}

/** The id that a service token or an extension point was made with. */
export function tokenId(token: ServiceToken<never> | ExtensionPoint<never> | symbol): string {
  return (token.description ?? '').replace(/^portico\.\w+:/, '');
}

/** Injects a service that may be absent: `@inject(optional(Mailer)) mailer: ServiceHandle<Mailer>`. */
export function optional<T>(token: ServiceToken<T>): ServiceToken<ServiceHandle<T>> {
  return Symbol.for(prefixes.optional + tokenId(token)) as ServiceToken<ServiceHandle<T>>;
}

type ParameterAt<C, I extends number> = C extends abstract new (...args: infer A) => unknown ? A[I] : never;

/**
 * Asks for a service in a constructor. The parameter's type is checked against the token:
 * a service of the wrong type does not compile.
 */
export function inject<T>(
  token: ServiceToken<T> | (abstract new (...args: never[]) => T),
): <C extends abstract new (...args: never[]) => unknown, I extends number>(
  target: C & (T extends ParameterAt<C, I> ? unknown : never),
  key: undefined,
  index: I,
) => void {
  const decorate = inversifyInject(token as symbol) as ParameterDecorator;
  return (target, key, index) => {
    noteInjection(target, token);
    decorate(target as object, key, index);
  };
}

export { injectable } from '../libraries/inversify.js';
