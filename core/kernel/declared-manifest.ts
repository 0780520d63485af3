import { type FlagDeclaration, type ModuleDefinition, SecretStores, tokenId } from '../api/index.js';
import { injectionsOf } from '../api/injections.js';
import { Declarations } from './declarations.js';

/** What the code of a module needs and offers, by id: the part of its manifest that nobody has to write by hand. */
export interface DeclaredManifest {
  /** Services that a constructor asks for. */
  readonly requires: ReadonlySet<string>;
  /** Services that a constructor asks for as handles. */
  readonly optional: ReadonlySet<string>;
  /** Points of others that it contributes to: they may stand under `optional`, or under `requires`. */
  readonly contributesTo: ReadonlySet<string>;
  readonly provides: ReadonlySet<string>;
  /** Services of others before which it stands. */
  readonly decorates: ReadonlySet<string>;
  readonly hosts: ReadonlySet<string>;
  readonly flags: Readonly<Record<string, FlagDeclaration>>;
  /** Whether it contributes to `SecretStores`. */
  readonly keepsSecrets: boolean;
}

/**
 * Reads it from what the module declares and from what its constructors inject. None of its classes is made.
 * What the core offers is left out: it is always there.
 * @param isCore whether a service or point of this id is the core's.
 * @throws PortalError `module-declaration`.
 */
export function declaredManifest(id: string, definition: ModuleDefinition, isCore: (id: string) => boolean): DeclaredManifest {
  const declared = Declarations.of(id, definition);
  const provides = new Set(declared.services.map((service) => service.id));
  const decorates = new Set(declared.decorators.map((decorator) => decorator.id));
  const hosts = new Set(declared.points.keys());
  const own = new Set([...provides, ...hosts, ...declared.bindings.map(({ token }) => tokenId(token))]);
  const injected = [...declared.classes].flatMap((each) => [...injectionsOf(each)]);
  const asked = (kind: string): Set<string> =>
    new Set(
      injected.flatMap((token) => {
        const name = typeof token === 'symbol' && token.description?.startsWith(`portico.${kind}:`) ? tokenId(token) : undefined;
        return name === undefined || own.has(name) || isCore(name) ? [] : [name];
      }),
    );
  const requires = asked('service');
  const optional = new Set([...asked('optional')].filter((name) => !requires.has(name)));
  const contributesTo = new Set(
    declared.contributions.map(({ point }) => point).filter((point) => !own.has(point) && !point.startsWith('portico.')),
  );
  const keepsSecrets = declared.contributions.some(({ point }) => point === tokenId(SecretStores));
  return {
    requires,
    optional,
    contributesTo,
    provides,
    decorates,
    hosts,
    flags: Object.fromEntries(declared.flags),
    keepsSecrets,
  };
}
