import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { join, relative } from 'node:path';
import { satisfiesRange } from '../kernel/version.js';
import { installedFolder, type ModulePackage, type PackageContent, sourcesOf } from './package-file.js';

/** What a module may import of the portal and of other modules. */
const open = /^@portico\/(?:core(?:\/(?:util|client|testing))?|testing|[\w-]+\/(?:api|client|testing))$/;
/** A portal has one of each of these; a module that brings its own would be a stranger to everything around it. */
const single = new Set(['inversify', 'reflect-metadata', 'typeorm', 'portico']);
const imported =
  /(?:^|[;\n}])\s*(?:import|export)\s*[^'"`;]*?\bfrom\s*['"]([^'"]+)['"]|(?:^|[;\n}])\s*import\s*['"]([^'"]+)['"]|\b(?:import|require)\(\s*['"]([^'"]+)['"]\s*\)/g;

interface Import {
  /** Relative to the module. */
  readonly file: string;
  readonly target: string;
}

/** Imports of what is not public, and of packages that the package.json does not name. */
export function importFaults({ folder, content }: ModulePackage): readonly string[] {
  const named = { ...content.dependencies, ...content.peerDependencies };
  return importsIn(folder, sourcesOf(folder, /\.ts$/)).flatMap(({ file, target }) => {
    if (target.startsWith('.')) {
      const isOutside = relative(folder, join(folder, file, '..', target)).startsWith('..');
      return isOutside ? [`${file} imports ${target}, which lies outside of the module.`] : [];
    }
    if (isOfNode(target)) return [];
    if (target.startsWith('@portico/') && !open.test(target))
      return [`${file} imports ${target}, which is not public: modules import @portico/core and the /api of other modules.`];
    const name = packageOf(target);
    const mayBeTool = /^(?:test|assets)\//.test(file) || /\.d\.ts$/.test(file);
    const known = mayBeTool ? { ...named, ...content.devDependencies } : named;
    if (name in known || name === content.name) return [];
    const where = name.startsWith('@portico/') ? 'peerDependencies' : 'dependencies';
    return [`${file} imports ${target}: name ${name} under "${where}" in package.json.`];
  });
}

/** Ranges under which no portal like this one would give the module what it imports. */
export function rangeFaults({ folder, content }: ModulePackage): readonly string[] {
  const peers = Object.entries(content.peerDependencies ?? {}).filter(([name]) => name.startsWith('@portico/'));
  const brought = Object.keys(content.dependencies ?? {}).filter((name) => name.startsWith('@portico/') || single.has(name));
  return [
    ...brought.map(
      (name) =>
        `package.json: ${name} is one in a portal, and a module is given the portal's own. Move it to "peerDependencies".`,
    ),
    ...peers.flatMap(([name, range]) => {
      const installed = installedFolder(folder, name);
      if (installed === undefined) return [`package.json: ${name}, a peer dependency, is not installed.`];
      const { version = '0.0.0' } = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8')) as PackageContent;
      if (satisfiesRange(version, range)) return [];
      return [`package.json: the module wants ${name} ${range}, and ${version} is installed.`];
    }),
  ];
}

interface Packed {
  readonly files: readonly { readonly path: string }[];
}

/** What a portal would not find in the package: dependencies that the packer leaves out, files that are not in it, tests that are. */
export function packingFaults({ folder, content }: ModulePackage): readonly string[] {
  const pack = ['pack', '--dry-run', '--json', '--ignore-scripts'];
  const { status, stdout, stderr } = spawnSync('npm', pack, {
    cwd: folder,
    encoding: 'utf8',
    shell: process.platform === 'win32',
  });
  if (status !== 0) return [`npm pack does not work here: ${stderr.trim()}`];
  const paths = packedFiles(stdout);
  const names = new Set(paths);
  const isPacked = (path: string): boolean => names.has(path) || paths.some((each) => each.startsWith(`${path}/`));
  const { portico } = content;
  const wanted = [
    portico.views ?? 'views',
    portico.messages ?? 'messages',
    portico.assets ?? 'dist/assets',
    portico.entities,
    portico.migrations,
  ];
  const missing = wanted
    .filter((path) => path !== undefined)
    .filter((path) => existsSync(join(folder, path)) && !isPacked(path))
    .map((path) => `package.json: "files" leaves ${path} out of the package.`);
  const tests = paths.filter((path) => /(?:^|\/)test\//.test(path) && !path.startsWith('node_modules/'));
  const code = paths.filter((path) => /\.[cm]?js$/.test(path) && !path.startsWith('node_modules/'));
  const left = importsIn(
    folder,
    code.filter((path) => !path.startsWith('dist/assets/')).map((path) => join(folder, path)),
  ).flatMap(({ file, target }) => {
    if (target.startsWith('.'))
      return names.has(relative(folder, join(folder, file, '..', target)))
        ? []
        : [`${file} imports ${target}, which is not in the package.`];
    if (isOfNode(target) || open.test(target)) return [];
    return leftOut(folder, packageOf(target), isPacked, file);
  });
  return [
    ...missing,
    ...(tests.length > 0
      ? [`package.json: "files" lets ${tests[0]} into the package${tests.length > 1 ? ', and other tests' : ''}.`]
      : []),
    ...new Set(left),
  ];
}

function packedFiles(json: string): readonly string[] {
  const answer = JSON.parse(json) as readonly Packed[] | Readonly<Record<string, Packed>>;
  const [packed] = Array.isArray(answer) ? (answer as readonly Packed[]) : Object.values(answer);
  return packed?.files.map(({ path }) => path) ?? [];
}

/** A package that is imported, and what that one needs in turn: each has to lie in the module's own `node_modules`. */
function leftOut(folder: string, first: string, isPacked: (path: string) => boolean, file: string): readonly string[] {
  const faults: string[] = [];
  const seen = new Set<string>();
  const open: { readonly name: string; readonly from: string; readonly asks: string }[] = [{ name: first, from: '', asks: file }];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { name, from, asks } = next;
    const place = placesOf(from)
      .map((each) => `${each}node_modules/${name}`)
      .find(isPacked);
    if (place === undefined) {
      faults.push(
        `${asks} needs ${name}, which the package does not bring: it is not in the module's own node_modules, or not under "dependencies". Run npm install in this folder, outside of any workspace.`,
      );
      continue;
    }
    if (seen.has(place)) continue;
    seen.add(place);
    const { dependencies = {} } = JSON.parse(readFileSync(join(folder, place, 'package.json'), 'utf8')) as PackageContent;
    for (const each of Object.keys(dependencies)) open.push({ name: each, from: `${place}/`, asks: `The package ${name}` });
  }
  return faults;
}

/** Where Node.js looks, from the inside to the module: `node_modules/a/node_modules/b/`, `node_modules/a/`, ``. */
function placesOf(from: string): readonly string[] {
  const places = [from];
  for (let place = from; place !== ''; ) {
    place = place.replace(/(?:^|(?<=\/))node_modules\/(?:@[^/]+\/)?[^/]+\/$/, '');
    places.push(place);
  }
  return places;
}

function importsIn(folder: string, files: readonly string[]): readonly Import[] {
  return files.flatMap((file) =>
    [...readFileSync(file, 'utf8').matchAll(imported)].map((match) => ({
      file: relative(folder, file),
      target: match[1] ?? match[2] ?? match[3] ?? '',
    })),
  );
}

const isOfNode = (target: string): boolean => target.startsWith('node:') || builtinModules.includes(target);

function packageOf(target: string): string {
  return target
    .split('/')
    .slice(0, target.startsWith('@') ? 2 : 1)
    .join('/');
}
