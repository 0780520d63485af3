/**
 * Compares the section "portico" of each module's package.json with what the module's code declares and injects.
 * Exits 1 when they differ, and says where; `--fix` writes what the code says. The code must be built.
 *
 *   node scripts/manifests.mjs [--fix] [folder of a module …]     default: the workspaces of this folder
 */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { pathToFileURL } from 'node:url';
import { declaredManifest } from '../core/dist/kernel/index.js';
import { satisfies } from '../core/dist/libraries/kernel.js';

const keys = ['requires', 'optional', 'provides', 'decorates', 'overrides', 'hosts', 'flags'];
const args = process.argv.slice(2);
const fix = args.includes('--fix');
const root = process.cwd();
const named = args.filter((arg) => arg !== '--fix').map((folder) => resolve(folder));
const known = knownPackages();
const versions = new Map(known.flatMap(({ content: { portico } }) => Object.entries({ ...portico.provides, ...portico.hosts })));

let differing = 0;
for (const each of named.length > 0 ? named.map(read) : known.filter(({ folder }) => !folder.includes('node_modules'))) {
  const written = await manifestOf(each);
  const { keepsSecrets = false } = each.content.portico;
  const differences = keys.flatMap((key) => differencesOf(key, each.content.portico[key] ?? {}, written[key]));
  if (keepsSecrets !== written.keepsSecrets)
    differences.push(`"keepsSecrets" is ${keepsSecrets}, the code says ${written.keepsSecrets}`);
  if (differences.length === 0) continue;
  differing += 1;
  for (const difference of differences) console.log(`${each.content.portico.id}: ${difference}`);
  if (fix) write(each, written);
}
if (differing > 0 && !fix) {
  console.error('The manifests differ from the code. `npm run manifests -- --fix` writes what the code says.');
  process.exitCode = 1;
}

/** What stands in the manifest when it says what the code says; ranges and versions that fit are kept as they are. */
async function manifestOf({ folder, content }) {
  const { portico } = content;
  const entry = join(folder, content.exports?.['.'] ?? content.exports ?? content.main);
  const { default: definition } = await import(pathToFileURL(entry).href);
  const declared = declaredManifest(portico.id, definition, isCore);
  const { requires = {}, optional = {}, decorates = {} } = portico;
  const range = (id) => {
    const before = requires[id] ?? optional[id] ?? decorates[id];
    const offered = versions.get(id);
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
    provides: byId([...declared.provides], (id) => portico.provides?.[id] ?? '1.0.0'),
    decorates: byId([...declared.decorates], range),
    overrides: byId(overridesIn(folder, portico), (view) => overrideRange(view, portico.overrides?.[view])),
    hosts: byId([...declared.hosts], (id) => portico.hosts?.[id] ?? '1.0.0'),
    flags: declared.flags,
    keepsSecrets: declared.keepsSecrets,
  };
}

/** Views of others that lie in the package: `<module>/<view>`. */
function overridesIn(folder, { views = 'views' }) {
  const within = join(folder, views, 'overrides');
  if (!existsSync(within)) return [];
  const files = readdirSync(within, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.hbs'));
  return files.map((file) => file.slice(0, -'.hbs'.length).split(sep).join('/'));
}

/** What was written stays as long as it fits the other module as it is here. */
function overrideRange(view, before) {
  const owner = known.find(({ content }) => content.portico.id === view.slice(0, view.indexOf('/')));
  const version = owner?.content.version;
  if (before !== undefined && (version === undefined || satisfies(version, before))) return before;
  return `^${version ?? '1.0.0'}`;
}

/** The core offers what is called `portico.…` and no module offers. */
function isCore(id) {
  return id.startsWith('portico.') && !versions.has(id);
}

function byId(ids, value) {
  return Object.fromEntries([...new Set(ids)].sort().map((id) => [id, value(id)]));
}

function differencesOf(key, before, now) {
  const ids = [...new Set([...Object.keys(before), ...Object.keys(now)])].sort();
  return ids.flatMap((id) => {
    const [was, is] = [before[id], now[id]].map((value) => (value === undefined ? undefined : JSON.stringify(value)));
    if (was === is) return [];
    if (was === undefined) return [`"${key}" lacks ${id}`];
    return [is === undefined ? `"${key}" names ${id}, which the code does not` : `"${key}" says ${was} of ${id}, the code ${is}`];
  });
}

/** Keeps all else as it is, and the order of what was there. */
function write({ file, content }, written) {
  const portico = { ...content.portico };
  for (const key of keys) {
    if (Object.keys(written[key]).length > 0) portico[key] = written[key];
    else delete portico[key];
  }
  if (written.keepsSecrets) portico.keepsSecrets = true;
  else delete portico.keepsSecrets;
  const first = ['id', ...keys, 'keepsSecrets'].filter((key) => key in portico);
  const rest = Object.keys(portico).filter((key) => !first.includes(key));
  const ordered = Object.fromEntries([...first, ...rest].map((key) => [key, portico[key]]));
  writeFileSync(file, `${JSON.stringify({ ...content, portico: ordered }, undefined, 2)}\n`);
}

/** Packages with a manifest: the workspaces, and what is installed beside them. */
function knownPackages() {
  const { workspaces = [] } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const folders = workspaces.flatMap((pattern) =>
    pattern.endsWith('/*') ? childrenOf(join(root, dirname(pattern))) : [join(root, pattern)],
  );
  const scopes = childrenOf(join(root, 'node_modules')).filter((folder) => relative(root, folder).includes('@'));
  return [...folders, ...scopes.flatMap(childrenOf)].flatMap((folder) => {
    try {
      const found = read(folder);
      return found.content.portico ? [found] : [];
    } catch (error) {
      if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return [];
      throw error;
    }
  });
}

function read(folder) {
  const file = join(folder, 'package.json');
  return { folder, file, content: JSON.parse(readFileSync(file, 'utf8')) };
}

function childrenOf(folder) {
  try {
    return readdirSync(folder).map((name) => join(folder, name));
  } catch (error) {
    if (error.code === 'ENOENT') return [];
    throw error;
  }
}
