/** What imports what: nodes by name, each with the names it imports. */
export type Graph = ReadonlyMap<string, ReadonlySet<string>>;

/** The same graph seen from further away: every node is put into the group that it belongs to, and a group does not import itself. */
export function grouped(graph: Graph, groupOf: (node: string) => string): Graph {
  const groups = new Map<string, Set<string>>();
  for (const [from, targets] of graph) {
    const group = groupOf(from);
    const imported = groups.get(group) ?? new Set();
    for (const target of targets) if (groupOf(target) !== group) imported.add(groupOf(target));
    groups.set(group, imported);
  }
  return groups;
}

/**
 * The circles of a graph: its strongly connected components of more than one node, each sorted.
 * Tarjan, "Depth-first search and linear graph algorithms" (1972).
 */
export function circlesOf(graph: Graph): readonly (readonly string[])[] {
  const circles: string[][] = [];
  const visits = new Map<string, { readonly index: number; low: number; open: boolean }>();
  const path: string[] = [];

  const visit = (node: string): { readonly index: number; low: number; open: boolean } => {
    const own = { index: visits.size, low: visits.size, open: true };
    visits.set(node, own);
    path.push(node);
    for (const target of graph.get(node) ?? []) {
      const known = visits.get(target);
      if (!known) own.low = Math.min(own.low, visit(target).low);
      else if (known.open) own.low = Math.min(own.low, known.index);
    }
    if (own.low === own.index) {
      const component = path.splice(path.indexOf(node));
      for (const member of component) (visits.get(member) as { open: boolean }).open = false;
      if (component.length > 1) circles.push(component.sort());
    }
    return own;
  };

  for (const node of graph.keys()) if (!visits.has(node)) visit(node);
  return circles;
}

/** Floors of a module, from the ground: whoever stands on one imports from the same or from those below. */
const floors: Readonly<Record<string, number>> = { api: 0, entities: 1, migrations: 1, services: 2, http: 3, commands: 3 };
const wiring = 4;

/** Imports inside a module that climb from a floor to one above it, as `from imports to`; paths as `modules/<id>/<floor>/…`. */
export function climbsOf(files: Graph): readonly string[] {
  return [...files].flatMap(([from, targets]) =>
    [...targets].filter((target) => climbs(from, target)).map((target) => `${from} imports ${target}`),
  );
}

function climbs(from: string, target: string): boolean {
  const [lower, upper] = [placeOf(from), placeOf(target)];
  if (!lower || !upper || lower.module !== upper.module) return false;
  return lower.floor !== undefined && upper.floor !== undefined && upper.floor > lower.floor;
}

function placeOf(file: string): { readonly module: string; readonly floor: number | undefined } | undefined {
  const [, module, folder] = /^((?:modules|examples)\/[^/]+)\/(?:([^/]+)\/)?/.exec(file) ?? [];
  if (module === undefined) return undefined;
  return { module, floor: folder === undefined ? wiring : floors[folder] };
}

/** How many lines a file that only one other file imports must have to be one of its own. */
const fewestLines = 45;

/**
 * Crumbs: small files that a single other file imports, so that a reader has to open two for one thing. The api is read by other modules,
 * a profile or an entity is one of many alike, and an index only hands on; they do not count.
 * @param linesOf how many lines a file has.
 */
export function crumbsOf(files: Graph, linesOf: (file: string) => number): readonly string[] {
  const importers = new Map<string, number>();
  for (const targets of files.values()) for (const target of targets) importers.set(target, (importers.get(target) ?? 0) + 1);
  return [...files.keys()].filter(
    (file) =>
      importers.get(file) === 1 &&
      !/\/(?:api|profiles|entities|migrations)\/|\/index\.ts$/.test(file) &&
      linesOf(file) < fewestLines,
  );
}

/** The package that an import names: `@scope/name` for `@scope/name/part`. */
export function packageNameOf(specifier: string): string {
  return specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/');
}
