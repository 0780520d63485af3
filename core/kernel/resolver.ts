import { satisfiesRange } from './version.js';

/** What the resolver looks at: ids of services and extension points alike, with ranges and versions. */
export interface Resolvable {
  readonly id: string;
  readonly requires: Readonly<Record<string, string>>;
  readonly provides: Readonly<Record<string, string>>;
  readonly hosts: Readonly<Record<string, string>>;
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
  const { accepted, unresolved } = withoutSecondHosts(modules, portal);
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
  const cameFrom = new Map<string, string>();
  const queue = [start];
  for (let id = queue.shift(); id !== undefined; id = queue.shift()) {
    for (const [needed, range] of Object.entries(left.get(id)?.requires ?? {})) {
      for (const { by } of fitting(needed, range)) {
        if (!left.has(by)) continue;
        if (by === start) return wayTo(id, start, cameFrom);
        if (!cameFrom.has(by)) {
          cameFrom.set(by, id);
          queue.push(by);
        }
      }
    }
  }
  return undefined;
}

function wayTo(last: string, start: string, cameFrom: ReadonlyMap<string, string>): readonly string[] {
  const way = [start];
  for (let id: string | undefined = last; id !== undefined && id !== start; id = cameFrom.get(id)) way.unshift(id);
  return [start, ...way];
}
