import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { join, relative, resolve } from 'node:path';
import { expect } from 'chai';
import { packageNameOf } from './import-graph.js';

const root = resolve(import.meta.dirname, '../..');

interface Manifest {
  readonly name: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
}

interface Workspace {
  readonly folder: string;
  readonly manifest: Manifest;
  /** Packages of others that its code imports, with the first file that does. Code that tests use is not part of it. */
  readonly production: ReadonlyMap<string, string>;
  /** The same for what browsers load. */
  readonly browser: ReadonlyMap<string, string>;
}

/** `import … from 'x'`, `export … from 'x'`, `import 'x'`, `import('x')`, `require('x')` and `createRequire(…)('x')`. */
const imported =
  /(?:^|\n)\s*(?:import|export)\s[^'"`;]*?\bfrom\s+'([^']+)'|(?:^|\n)\s*import\s+'([^']+)'|\b(?:import|require|require\.resolve|createRequire\(import\.meta\.url\))\(\s*'([^']+)'/g;
const packageName = /^(?:@[a-z0-9-]+\/)?[a-z0-9][\w.-]*$/;

const workspaces: readonly Workspace[] = ['core', ...childrenOf('modules'), ...exampleFolders()].map((folder) => {
  const files = readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.(?:ts|css|js|mjs)$/.test(entry.name) && !entry.name.endsWith('.d.ts'))
    .map((entry) => relative(join(root, folder), join(entry.parentPath, entry.name)))
    .filter((file) => !/(?:^|\/)(?:dist|node_modules|test|testing)\//.test(file));
  const inBrowser = (file: string): boolean => /^(?:assets|client)\//.test(file);
  return {
    folder,
    manifest: manifestOf(folder),
    production: packagesIn(
      folder,
      files.filter((file) => !inBrowser(file)),
    ),
    browser: packagesIn(folder, files.filter(inBrowser)),
  };
});
const [core] = workspaces as [Workspace, ...Workspace[]];

/** The packages that the sections of docs/dependencies.md name. */
const named = namedIn(readFileSync(join(root, 'docs/dependencies.md'), 'utf8'));

function childrenOf(folder: string): string[] {
  return readdirSync(join(root, folder))
    .map((name) => join(folder, name))
    .filter((one) => existsSync(join(root, one, 'package.json')));
}

/** Those of the workspaces; an example that is none has its dependencies to itself. */
function exampleFolders(): readonly string[] {
  const { workspaces } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    readonly workspaces: readonly string[];
  };
  return workspaces.filter((folder) => folder.startsWith('examples/'));
}

function manifestOf(folder: string): Manifest {
  return JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8')) as Manifest;
}

function packagesIn(folder: string, files: readonly string[]): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const file of files) {
    for (const match of readFileSync(join(root, folder, file), 'utf8').matchAll(imported)) {
      const target = match[1] ?? match[2] ?? match[3] ?? '';
      const name = packageNameOf(target);
      if (packageName.test(name) && !target.startsWith('node:') && !builtinModules.includes(name) && !found.has(name))
        found.set(name, join(folder, file));
    }
  }
  return found;
}

function namedIn(text: string): ReadonlyMap<string, readonly string[]> {
  const sections = text.split(/^## /m).slice(1);
  return new Map(
    sections.map((section) => {
      const rows = section.split('\n').filter((line) => line.startsWith('| ') && !/^\| (?:-|Package|What)/.test(line));
      const names = rows.flatMap((row) => (row.split('|')[1] ?? '').split(',').map((one) => one.trim().split(' ')[0] ?? ''));
      return [section.split('\n', 1)[0] ?? '', names];
    }),
  );
}

/** What other packages of the same workspace ask it to install beside them. */
function peersIn(workspace: Workspace): ReadonlySet<string> {
  const peers = declaredBy(workspace)
    .filter((name) => !isOurs(name))
    .flatMap((name) => {
      const file = [workspace.folder, '.']
        .map((folder) => join(root, folder, 'node_modules', name, 'package.json'))
        .find(existsSync);
      const text = file && readFileSync(file, 'utf8');
      return text ? Object.keys((JSON.parse(text) as { peerDependencies?: object }).peerDependencies ?? {}) : [];
    });
  return new Set(peers);
}

const isOurs = (name: string): boolean => name.startsWith('@portico/');
const declaredBy = ({ manifest }: Workspace): string[] => Object.keys(manifest.dependencies ?? {});

describe('The libraries of the portal', () => {
  it('are declared by the workspace whose code imports them', () => {
    const missing = workspaces.flatMap((workspace) => [
      ...[...workspace.production].filter(([name]) => !declaredBy(workspace).includes(name) && name !== workspace.manifest.name),
      ...[...workspace.browser].filter(
        ([name]) =>
          !isOurs(name) && !declaredBy(workspace).includes(name) && !(name in (workspace.manifest.devDependencies ?? {})),
      ),
    ]);
    expect(missing).to.deep.equal([]);
    expect(core.production.size, 'what core imports').to.be.greaterThan(15);
  });

  it('are imported where they are declared, and not declared where they come through the core', () => {
    const idle = workspaces.flatMap((workspace) =>
      declaredBy(workspace)
        .filter((name) => !isOurs(name) && !workspace.production.has(name) && !workspace.browser.has(name))
        .filter((name) => !peersIn(workspace).has(name))
        .map((name) => `${workspace.folder} ${name}`),
    );
    expect(idle).to.deep.equal([]);
  });

  it('are named in docs/dependencies.md, and nothing else is', () => {
    const theirs = (names: Iterable<string>): string[] => [...new Set(names)].filter((name) => !isOurs(name)).sort();
    const declared = theirs(workspaces.flatMap(declaredBy));
    const browser = theirs(workspaces.flatMap((workspace) => [...workspace.browser.keys()]));
    const runTime = named.get('At run time') ?? [];
    const bundled = named.get('In the browser (bundled)') ?? [];
    expect([...runTime].sort()).to.deep.equal(declared.filter((name) => !browser.includes(name)));
    expect(theirs([...browser, '@clayui/css'])).to.deep.equal([...bundled].sort());
  });

  it('of the build and the tests are named there, too', () => {
    const elsewhere = [...(named.get('In the browser (bundled)') ?? []), ...(named.get('At run time') ?? [])];
    const development = [manifestOf('.'), ...workspaces.map(({ manifest }) => manifest)].flatMap(({ devDependencies }) =>
      Object.keys(devDependencies ?? {}),
    );
    const expected = development.filter((name) => !isOurs(name) && !name.startsWith('@types/') && !elsewhere.includes(name));
    const tools = (named.get('To build and to test') ?? []).filter((name) => !name.startsWith('@types/'));
    expect([...tools].sort()).to.deep.equal([...new Set(expected)].sort());
  });

  it('are found by an example of third parties: it names every package that is released, for no registry has them', () => {
    const { devDependencies = {} } = manifestOf('examples/stock-photos');
    const released = [...['core', ...childrenOf('modules')].map((folder) => manifestOf(folder).name), '@portico/testing'];
    expect(Object.keys(devDependencies).filter(isOurs).sort()).to.deep.equal(released.sort());
  });

  it('are pinned', () => {
    const loose = [manifestOf('.'), ...workspaces.map(({ manifest }) => manifest)].flatMap((manifest) =>
      Object.entries({ ...manifest.dependencies, ...manifest.devDependencies })
        .filter(([name, version]) => !isOurs(name) && !/^\d+\.\d+\.\d+(?:-[\w.]+)?$/.test(version))
        .map(([name, version]) => `${manifest.name} ${name} ${version}`),
    );
    expect(loose).to.deep.equal([]);
  });
});
