import type { FlagLink, FlagState } from '../api/index.js';

/** All that a flag depends on, depth first, each once; a circle ends where it closes. */
export function chainOf(key: string, states: ReadonlyMap<string, FlagState>): readonly FlagLink[] {
  const links: FlagLink[] = [];
  const seen = new Set([key]);
  const next = linksFrom(key, 1, states);
  for (let link = next.pop(); link !== undefined; link = next.pop()) {
    if (seen.has(link.key)) continue;
    seen.add(link.key);
    links.push(link);
    next.push(...linksFrom(link.key, link.depth + 1, states));
  }
  return links;
}

/** In reverse, as they are taken from the end. */
function linksFrom(of: string, depth: number, states: ReadonlyMap<string, FlagState>): FlagLink[] {
  return [...(states.get(of)?.dependsOn ?? [])].reverse().map((key) => {
    const state = states.get(key);
    const { enabled, reason } = state ?? { enabled: false, reason: 'Nobody declares it.' };
    return { key, of, depth, enabled, declared: state !== undefined, reason };
  });
}
