import { deprecationOf } from '../api/deprecation.js';
import { type DeprecatedUse, type Log, tokenId } from '../api/index.js';
import { injectionsOf } from '../api/injections.js';
import { isService } from '../api/tokens.js';
import type { Declarations } from './declarations.js';

/** What the code of a module declares and injects that is going to be taken away. Its own services and points are its own affair. */
export function deprecatedIn(declared: Declarations): readonly DeprecatedUse[] {
  const own = new Set([...declared.services.map(({ id }) => id), ...declared.points.keys()]);
  const injected = [...declared.classes].flatMap((each) => [...injectionsOf(each)]).filter((token) => typeof token === 'symbol');
  const asked = [
    ...injected.map((token) => ({
      kind: isService(token) || isHandle(token) ? ('service' as const) : ('extension-point' as const),
      name: tokenId(token),
    })),
    ...declared.decorators.map(({ id }) => ({ kind: 'service' as const, name: id })),
    ...declared.contributions.map(({ point }) => ({ kind: 'extension-point' as const, name: point })),
  ];
  const found = new Map<string, DeprecatedUse>();
  for (const { kind, name } of asked) {
    const deprecation = own.has(name) ? undefined : deprecationOf(name);
    if (deprecation) found.set(name, { kind, name, ...deprecation });
  }
  return [...found.values()];
}

const isHandle = (token: symbol): boolean => /^portico\.(?:optional|former):/.test(token.description ?? '');

/** What one module uses that is going to be taken away. Each is logged once, however often the module starts or calls it. */
export class DeprecatedUses {
  private readonly uses = new Map<string, DeprecatedUse>();
  private readonly told = new Set<string>();

  get all(): readonly DeprecatedUse[] {
    return [...this.uses.values()];
  }

  /** A start uses what its code says now. */
  clear(): void {
    this.uses.clear();
  }

  note(use: DeprecatedUse, log: Pick<Log, 'warn'>): void {
    this.uses.set(use.name, use);
    if (this.told.has(use.name)) return;
    this.told.add(use.name);
    const { kind, name, since, removal, instead } = use;
    log.warn('The module uses something deprecated.', { kind, name, since, removal, instead });
  }
}
