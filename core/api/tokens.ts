import { inject as inversifyInject } from '../libraries/kernel.js';
import { type Deprecation, declareDeprecated } from './deprecation.js';
import { noteInjection } from './injections.js';
import { type PointRequirements, requireProperties } from './point-requirements.js';

declare const serviceType: unique symbol;
declare const pointType: unique symbol;
declare const conditionalPoint: unique symbol;

/** Names a service of type `T`. By convention token and interface share a name. */
export type ServiceToken<T> = symbol & { readonly [serviceType]: (value: T) => T };

/** Names a place where any module may add a `T`. One host reads what many contribute. */
export type ExtensionPoint<T, Conditional extends boolean = boolean> = symbol & {
  readonly [pointType]: (value: T) => T;
  readonly [conditionalPoint]: Conditional;
};

/** An extension point whose host asks the `when` of each contribution, on each request. Only to such a point can one be given. */
export type ConditionalPoint<T> = ExtensionPoint<T, true>;

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
  conditionalPoint: 'portico.conditional-point:',
  optional: 'portico.optional:',
  former: 'portico.former:',
} as const;

/**
 * Makes the token of a service.
 * @param id `<module>.<service>` in kebab-case; it is the id used under `provides` and `requires` of a manifest.
 * @param options.deprecated when it goes, and what to use instead; whoever uses it is named in the log and on the Modules screen.
 */
export function serviceToken<T>(id: string, options?: { readonly deprecated?: Deprecation }): ServiceToken<T> {
  if (options?.deprecated) declareDeprecated(id, options.deprecated);
  return Symbol.for(prefixes.service + id) as ServiceToken<T>;
}

/**
 * What people call one contribution to a point, e.g. "entry of the New menu": a key of the messages of the module whose id begins that of the
 * point. A function where not all are called the same.
 */
export type ContributionLabel<T> = string | ((contribution: T) => string);

/** By the id of the point. */
const contributionLabels = new Map<string, ContributionLabel<unknown>>();

/** The message key of what people call a contribution; undefined where its point says nothing. */
export function contributionLabel(point: string, contribution: unknown): string | undefined {
  const label = contributionLabels.get(point);
  return typeof label === 'function' ? label(contribution) : label;
}

/** How a point is told of, and what it asks for. */
export interface PointOptions<T> {
  readonly called?: ContributionLabel<T>;
  readonly requires?: PointRequirements<T>;
  readonly deprecated?: Deprecation;
}

/**
 * Makes an extension point.
 * @param id `<module>.<plural-noun>` in kebab-case; it is the id used under `hosts`, `requires` and `optional` of a manifest.
 * @param options.conditional whether its host uses what is `visible`, and nothing else, wherever a person could see or do something.
 * A point without it takes no `when`: what a host does not ask would be a promise that nobody keeps.
 * @param options.called what people call one of its contributions, on the screens that tell what flags and modules bring; such a contribution
 * has a `label` or a `title` that is a message key of its own module. Without it they see the id of the point.
 * @param options.requires what every contribution must have, e.g. `{ label: 'text', open: 'function' }`; a module that contributes something without it
 * does not start.
 * @param options.deprecated as of a service.
 */
export function extensionPoint<T>(id: string, options: PointOptions<T> & { readonly conditional: true }): ConditionalPoint<T>;
export function extensionPoint<T>(id: string, options?: PointOptions<T>): ExtensionPoint<T>;
export function extensionPoint<T>(id: string, options?: PointOptions<T> & { readonly conditional?: true }): ExtensionPoint<T> {
  if (options?.deprecated) declareDeprecated(id, options.deprecated);
  if (options?.called !== undefined) contributionLabels.set(id, options.called as ContributionLabel<unknown>);
  if (options?.requires !== undefined) requireProperties(id, options.requires);
  return Symbol.for((options?.conditional ? prefixes.conditionalPoint : prefixes.point) + id) as ExtensionPoint<T>;
}

/** Whether contributions to a point may have a `when`. */
export function isConditional(point: symbol): boolean {
  return (point.description ?? '').startsWith(prefixes.conditionalPoint);
}

/** Whether a token asks for a handle. */
export const isOptional = (token: symbol): boolean => (token.description ?? '').startsWith(prefixes.optional);

/** Whether a token asks for a service itself. */
export const isService = (token: symbol): boolean => (token.description ?? '').startsWith(prefixes.service);

/** The id that a service token or an extension point was made with. */
export function tokenId(token: ServiceToken<never> | ExtensionPoint<never> | symbol): string {
  return (token.description ?? '').replace(/^portico\.[\w-]+:/, '');
}

/** Injects a service that may be absent: `@inject(optional(Mailer)) mailer: ServiceHandle<Mailer>`. */
export function optional<T>(token: ServiceToken<T>): ServiceToken<ServiceHandle<T>> {
  return Symbol.for(prefixes.optional + tokenId(token)) as ServiceToken<ServiceHandle<T>>;
}

/**
 * Injects the service that a class decorates, as it is without it: `@inject(former(Mailer)) mailer: Mailer`. Only in a module that says
 * `decorate(Mailer)`.
 */
export function former<T>(token: ServiceToken<T>): ServiceToken<T> {
  return Symbol.for(prefixes.former + tokenId(token)) as ServiceToken<T>;
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

export { injectable } from '../libraries/kernel.js';
