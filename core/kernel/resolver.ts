import type { ModuleManifest } from '../api/index.js';
import { satisfiesRange } from './version.js';
import { wayBack } from './way-back.js';

/** What the resolver looks at: ids of services and extension points alike, with ranges and versions. */
export interface Resolvable {
  readonly id: string;
  /** What it decorates among them. */
  readonly requires: Readonly<Record<string, string>>;
  readonly decorates?: Readonly<Record<string, string>>;
  readonly provides: Readonly<Record<string, string>>;
  readonly hosts: Readonly<Record<string, string>>;
}

/** What a module decorates it requires too. */
export function resolvable({ id, requires = {}, decorates = {}, provides = {}, hosts = {} }: ModuleManifest): Resolvable {
  return { id, requires: { ...requires, ...decorates }, decorates, provides, hosts };
}

export interface Resolution {
  /** Ids of the modules that can run, each after those it requires. */
  readonly order: readonly string[];
  /** Why each of the others cannot: a chain, the nearest reason first. */
  readonly unresolved: ReadonlyMap<string, readonly string[]>;
}

interface Offer {
  readonly by: string;
  readonly version: string;
}

/**
 * Decides which modules can run, from their manifests alone. Optional requirements are not asked:
 * they never keep a module from running and never make a circle.
 * @param portal services and points of the core itself, by id, with their version.
 */
export function resolve(modules: readonly Resolvable[], portal: ReadonlyMap<string, string>): Resolution {
  const { accepted: hosts, unresolved } = withoutSecondHosts(modules, portal);
  const accepted = withoutImpossibleDecorators(hosts, portal, unresolved);
  const offers = offersOf(accepted, portal);
  const fitting = (id: string, range: string): Offer[] =>
    (offers.get(id) ?? []).filter((offer) => satisfiesRange(offer.version, range));

  const resolved = new Set<string>(['core']);
  let grown = true;
  while (grown) {
    grown = false;
    for (const module of accepted) {
      if (resolved.has(module.id)) continue;
      const met = Object.entries(module.requires).every(([id, range]) => fitting(id, range).some(({ by }) => resolved.has(by)));
      if (met) {
        resolved.add(module.id);
        grown = true;
      }
    }
  }

  const left = new Map(accepted.filter(({ id }) => !resolved.has(id)).map((module) => [module.id, module]));
  const reasonsOf = (id: string, seen: ReadonlySet<string>): string[] => {
    const module = left.get(id);
    if (module === undefined) return [...(unresolved.get(id) ?? [])];
    const circle = circleThrough(id, left, fitting);
    if (circle !== undefined) return [`Requirements go in a circle: ${circle.join(' -> ')}.`];
    return Object.entries(module.requires).flatMap(([needed, range]) => {
      const suitable = fitting(needed, range);
      if (suitable.some(({ by }) => resolved.has(by))) return [];
      const [first] = suitable;
      if (first === undefined) return [absence(needed, range, offers.get(needed) ?? [])];
      const deeper = seen.has(first.by) ? [] : reasonsOf(first.by, new Set([...seen, id]));
      return [`Needs ${needed}, which ${first.by} offers; ${first.by} is unresolved.`, ...deeper];
    });
  };
  for (const id of left.keys()) unresolved.set(id, [...new Set(reasonsOf(id, new Set()))]);
  resolved.delete('core');
  return { order: [...resolved], unresolved };
}

/** One point has one host: the first in order keeps it, the core before all. */
function withoutSecondHosts(
  modules: readonly Resolvable[],
  portal: ReadonlyMap<string, string>,
): { accepted: readonly Resolvable[]; unresolved: Map<string, readonly string[]> } {
  const hosts = new Map<string, string>();
  const unresolved = new Map<string, readonly string[]>();
  const accepted = modules.filter((module) => {
    const points = Object.keys(module.hosts);
    const taken = points.flatMap((point) => {
      const host = portal.has(point) ? 'core' : hosts.get(point);
      return host === undefined ? [] : [`Hosts ${point}, which ${host} hosts already.`];
    });
    if (taken.length > 0) unresolved.set(module.id, taken);
    else for (const point of points) hosts.set(point, module.id);
    return taken.length === 0;
  });
  return { accepted, unresolved };
}

function offersOf(modules: readonly Resolvable[], portal: ReadonlyMap<string, string>): ReadonlyMap<string, Offer[]> {
  const offers = new Map<string, Offer[]>();
  const add = (id: string, offer: Offer): void => {
    const known = offers.get(id);
    if (known === undefined) offers.set(id, [offer]);
    else known.push(offer);
  };
  for (const [id, version] of portal) add(id, { by: 'core', version });
  for (const module of modules)
    for (const [id, version] of [...Object.entries(module.provides), ...Object.entries(module.hosts)])
      add(id, { by: module.id, version });
  return offers;
}

function absence(needed: string, range: string, offers: readonly Offer[]): string {
  if (offers.length === 0) return `Needs ${needed} ${range}, which nothing installed offers.`;
  const offered = offers.map(({ by, version }) => `${by} offers ${version}`).join(', ');
  return `Needs ${needed} ${range}, but ${offered}.`;
}

/** The shortest way from a module back to itself along requirements that nothing resolved answers. */
function circleThrough(
  start: string,
  left: ReadonlyMap<string, Resolvable>,
  fitting: (id: string, range: string) => readonly Offer[],
): readonly string[] | undefined {
  const next = (id: string): string[] =>
    Object.entries(left.get(id)?.requires ?? {})
      .flatMap(([needed, range]) => fitting(needed, range).map(({ by }) => by))
      .filter((by) => left.has(by));
  return wayBack(start, next);
}

/**
 * Who uses a service lives on all that decorates it. A decorator that lives on one of its own users would have to be there before it, and after
 * it: it is refused, and so is one of a service of the core, which is there before all modules.
 */
function withoutImpossibleDecorators(
  modules: readonly Resolvable[],
  portal: ReadonlyMap<string, string>,
  unresolved: Map<string, readonly string[]>,
): readonly Resolvable[] {
  let left = modules;
  for (const module of modules) {
    const decorated = Object.keys(module.decorates ?? {});
    if (decorated.length === 0) continue;
    const ofCore = decorated.filter((id) => portal.has(id));
    const way = wayBack(module.id, (id) => usedBy(id, left));
    const reasons = [
      ...ofCore.map((id) => `Decorates ${id}, which the core offers; only services of modules can be decorated.`),
      ...(way ? [`Decorates ${decorated.join(', ')}, and lives on what uses it: ${way.join(' -> ')}.`] : []),
    ];
    if (reasons.length === 0) continue;
    unresolved.set(module.id, reasons);
    left = left.filter(({ id }) => id !== module.id);
  }
  return left;
}

/** Ids of the modules that one lives on: who offers what it requires or decorates, and who decorates what it requires. */
function usedBy(id: string, modules: readonly Resolvable[]): string[] {
  const { requires = {}, decorates = {} } = modules.find((module) => module.id === id) ?? {};
  return modules
    .filter((other) =>
      Object.entries(requires).some(([needed, range]) => {
        const offered = other.provides[needed] ?? other.hosts[needed];
        return (
          (offered !== undefined && satisfiesRange(offered, range)) ||
          (needed in (other.decorates ?? {}) && !(needed in decorates))
        );
      }),
    )
    .map((other) => other.id);
}
