import { existsSync, readdirSync } from 'node:fs';
import { join, sep } from 'node:path';
import type { ModuleManifest } from '../api/index.js';
import { declaredManifest } from '../kernel/index.js';
import { satisfies } from '../libraries/kernel.js';
import { definitionOf, type ModulePackage, writePackage } from './package-file.js';

const keys = ['requires', 'optional', 'provides', 'decorates', 'overrides', 'hosts', 'flags'] as const;

/** The part of a manifest that nobody writes by hand. */
export interface WrittenManifest extends Required<Pick<ModuleManifest, (typeof keys)[number]>> {
  readonly keepsSecrets: boolean;
}

/** By id of a service or point the version that a module offers; by id of a module its own. */
export type OfferedVersions = ReadonlyMap<string, string>;

/** What modules offer. */
export function offeredVersions(
  modules: readonly { readonly version?: string; readonly manifest: ModuleManifest }[],
): OfferedVersions {
  const offers = modules.flatMap(({ manifest: { provides, hosts } }) => Object.entries({ ...provides, ...hosts }));
  return new Map([...offers, ...modules.map(({ manifest: { id }, version = '1.0.0' }): [string, string] => [id, version])]);
}

/** What stands in the manifest when it says what the code says; ranges and versions that fit are kept as they are. The code is loaded, and not run. */
export async function manifestInCode({ folder, content }: ModulePackage, versions: OfferedVersions): Promise<WrittenManifest> {
  const { portico } = content;
  const definition = await definitionOf(folder, content);
  // The core offers what is called `portico.…` and no module offers.
  const declared = declaredManifest(portico.id, definition, (id) => id.startsWith('portico.') && !versions.has(id));
  const { requires = {}, optional = {}, decorates = {}, overrides = {} } = portico;
  const range = (id: string): string => {
    const before = requires[id] ?? optional[id] ?? decorates[id] ?? overrides[id];
    const offered = versions.get(id.replace(/\/.*$/, ''));
    if (before !== undefined && (offered === undefined || satisfies(offered, before))) return before;
    return `^${offered ?? '1.0.0'}`;
  };
  // Whether one can do without the host of a point is the author's to say: it stays where it stands.
  const points = [...declared.contributesTo];
  const needed = [...declared.requires, ...points.filter((id) => id in requires)];
  const used = [...declared.optional, ...points].filter((id) => !needed.includes(id));
  return {
    requires: byId(needed, range),
    optional: byId(used, range),
    provides: byId(declared.provides, (id) => portico.provides?.[id] ?? '1.0.0'),
    decorates: byId(declared.decorates, range),
    overrides: byId(overridesIn(folder, portico), range),
    hosts: byId(declared.hosts, (id) => portico.hosts?.[id] ?? '1.0.0'),
    flags: declared.flags,
    keepsSecrets: declared.keepsSecrets,
  };
}

/** Views of others that lie in the package: `<module>/<view>`. */
function overridesIn(folder: string, { views = 'views' }: ModuleManifest): readonly string[] {
  const within = join(folder, views, 'overrides');
  if (!existsSync(within)) return [];
  const files = readdirSync(within, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.hbs'));
  return files.map((file) => file.slice(0, -'.hbs'.length).split(sep).join('/'));
}

function byId(ids: Iterable<string>, value: (id: string) => string): Record<string, string> {
  return Object.fromEntries([...new Set(ids)].sort().map((id) => [id, value(id)]));
}

/** Where a manifest and the code differ, in sentences. */
export function manifestDifferences({ content: { portico } }: ModulePackage, written: WrittenManifest): readonly string[] {
  const { keepsSecrets = false } = portico;
  const differences = keys.flatMap((key) => differencesOf(key, portico[key] ?? {}, written[key]));
  if (keepsSecrets === written.keepsSecrets) return differences;
  return [...differences, `"keepsSecrets" is ${keepsSecrets}, the code says ${written.keepsSecrets}`];
}

function differencesOf(key: string, before: object, now: object): readonly string[] {
  const ids = [...new Set([...Object.keys(before), ...Object.keys(now)])].sort();
  return ids.flatMap((id) => {
    const [was, is] = [before, now].map((value) => JSON.stringify((value as Readonly<Record<string, unknown>>)[id]));
    if (was === is) return [];
    if (was === undefined) return [`"${key}" lacks ${id}`];
    return [is === undefined ? `"${key}" names ${id}, which the code does not` : `"${key}" says ${was} of ${id}, the code ${is}`];
  });
}

/** Keeps all else as it is, and the order of what was there. */
export function writeManifest({ folder, content }: ModulePackage, written: WrittenManifest): void {
  const portico: Record<string, unknown> = { ...content.portico };
  for (const key of keys) {
    if (Object.keys(written[key]).length > 0) portico[key] = written[key];
    else delete portico[key];
  }
  if (written.keepsSecrets) portico.keepsSecrets = true;
  else delete portico.keepsSecrets;
  const first = ['id', ...keys, 'keepsSecrets'].filter((key) => key in portico);
  const rest = Object.keys(portico).filter((key) => !first.includes(key));
  writePackage(folder, { ...content, portico: Object.fromEntries([...first, ...rest].map((key) => [key, portico[key]])) });
}
