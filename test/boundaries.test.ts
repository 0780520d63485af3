import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { dirname, join, posix, relative, resolve } from 'node:path';
import { expect } from 'chai';
import { circlesOf, climbsOf, crumbsOf, type Graph, grouped, packageNameOf } from './import-graph.js';

const root = resolve(import.meta.dirname, '../..');

interface Package {
  readonly folder: string;
  readonly manifest: {
    readonly name: string;
    readonly dependencies?: Record<string, string>;
    readonly devDependencies?: Record<string, string>;
    readonly portico?: {
      readonly id: string;
      readonly requires?: Record<string, string>;
      readonly optional?: Record<string, string>;
      readonly provides?: Record<string, string>;
      readonly environment?: Record<string, object>;
    };
  };
}

interface Import {
  readonly file: string;
  readonly from: Package;
  readonly target: string;
}

const packages: readonly Package[] = ['core', ...childrenOf('modules'), ...exampleFolders()].map((folder) => ({
  folder: join(root, folder),
  manifest: JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8')),
}));
const imports = packages.flatMap(importsOf);
const core = packages[0] as Package;
const modules = packages.filter(({ manifest }) => manifest.portico);
/** What runs in production, by its path from the root; imports of types count as all others. */
const files = fileGraph();

describe('The boundaries of the portal', () => {
  it('are looked at: there are modules and imports', () => {
    expect(modules.length).to.be.greaterThan(7);
    expect(imports.length).to.be.greaterThan(300);
  });

  it('keep relative imports inside their package', () => {
    const leaving = imports.filter(
      ({ file, from, target }) =>
        target.startsWith('.') && relative(from.folder, resolve(dirname(file), target)).startsWith('..'),
    );
    expect(leaving.map(show)).to.deep.equal([]);
  });

  it('let modules import only the public API of the core and the api of other modules', () => {
    const allowed = /^@portico\/(?:core(?:\/testing|\/client|\/util)?|[\w-]+\/(?:api|client|testing))$/;
    const deep = imports.filter(({ from, target }) => from !== core && target.startsWith('@portico/') && !allowed.test(target));
    expect(deep.map(show)).to.deep.equal([]);
  });

  it('let the core reach its own api by a relative path, as its other files; only tests import the package by its name', () => {
    const roundabout = imports.filter(
      ({ file, from, target }) => from === core && target === '@portico/core' && !/\/test\//.test(file),
    );
    expect(roundabout.map(show)).to.deep.equal([]);
  });

  it('have the manifest say which modules a module builds on', () => {
    const undeclared = imports.filter(({ file, from, target }) => {
      const other = /^@portico\/([\w-]+)\/api$/.exec(target)?.[1];
      if (!other || !from.manifest.portico || other === from.manifest.portico.id || /\/(?:test|testing)\//.test(file))
        return false;
      const { requires = {}, optional = {}, provides = {} } = from.manifest.portico;
      return !Object.keys({ ...requires, ...optional, ...provides }).some((id) => id.startsWith(`${other}.`));
    });
    expect(undeclared.map(show)).to.deep.equal([]);
  });

  it('have our modules take the shared libraries from the core, which loads each of them once', () => {
    const twice = imports.filter(
      ({ file, target }) =>
        /^(?:zod|typeorm|sharp)$/.test(target) && /\/modules\//.test(file) && !/\/(?:test|testing)\//.test(file),
    );
    expect(twice.map(show)).to.deep.equal([]);
  });

  it('keep testing tools out of what runs in production', () => {
    const wrong = imports.filter(
      ({ file, target }) => /^@portico\/[\w-]+\/testing$/.test(target) && !/\/(?:test|testing)\//.test(file),
    );
    expect(wrong.map(show)).to.deep.equal([]);
  });

  it('have every imported package declared by the package that imports it', () => {
    const rootManifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Package['manifest'];
    const undeclared = imports.filter(({ file, from, target }) => {
      if (target.startsWith('.') || target.startsWith('node:') || builtinModules.includes(target)) return false;
      const name = packageNameOf(target);
      if (name === from.manifest.name) return false;
      const known = { ...from.manifest.dependencies, ...from.manifest.devDependencies };
      const forTests = /\/(?:test|testing)\//.test(file) ? { ...rootManifest.devDependencies } : {};
      return !(name in known) && !(name in forTests);
    });
    expect([...new Set(undeclared.map(show))]).to.deep.equal([]);
  });

  it('have every package declare only what its own code imports: for production what runs there, nothing that the core gives', () => {
    const idle = packages.flatMap((from) => {
      const own = imports.filter((each) => each.from === from);
      const used = (name: string, among: readonly Import[]): boolean =>
        among.some(({ target }) => target === name || target.startsWith(`${name}/`));
      const production = own.filter(({ file }) => !/\/(?:test|testing)\//.test(file));
      return [
        ...Object.keys(from.manifest.dependencies ?? {}).filter((name) => !used(name, production)),
        ...Object.keys(from.manifest.devDependencies ?? {}).filter((name) => !used(name, own)),
      ].map((name) => `${from.manifest.name} declares ${name}`);
    });
    expect(idle).to.deep.equal([]);
  });

  it('keep the kernel apart from http, views and persistence', () => {
    const wrong = imports.filter(
      ({ file, target }) =>
        file.startsWith(join(core.folder, 'kernel/')) && /^\.\.\/(?!api\/|libraries\/)/.test(target.replace(/^(\.\.\/)+/, '../')),
    );
    expect(wrong.map(show)).to.deep.equal([]);
  });

  it('keep the public API free of implementation', () => {
    const wrong = imports.filter(
      ({ file, target }) => file.startsWith(join(core.folder, 'api/')) && /^\.\.\/(?!libraries\/)/.test(target),
    );
    expect(wrong.map(show)).to.deep.equal([]);
    const classes = filesIn('core/api').flatMap((file) =>
      [...readFileSync(file, 'utf8').matchAll(/^export (?:abstract )?class (\w+)/gm)].map(([, name]) => name),
    );
    expect(classes.sort(), 'what every author needs in hand').to.deep.equal(['DisposableStore', 'Emitter', 'PortalError']);
  });

  it('have no `any` in what modules are promised', () => {
    const promised = ['core', ...childrenOf('modules')].flatMap((folder) =>
      existsSync(join(root, folder, 'api')) ? filesIn(`${folder}/api`) : [],
    );
    expect(promised.length).to.be.greaterThan(40);
    const code = (file: string): string => readFileSync(file, 'utf8').replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '');
    expect(promised.filter((file) => /[<:,|&(\s]any(?:\[\]|[\s>,;)|&=])/.test(code(file)))).to.deep.equal([]);
  });

  it('have nothing in the libraries of the portal but packages', () => {
    const own = imports.filter(({ file, target }) => file.startsWith(join(core.folder, 'libraries/')) && target.startsWith('.'));
    expect(own.map(show)).to.deep.equal([]);
  });

  it('let only the composition root, the command line and the tests know every part of the core', () => {
    const parts = ['http', 'views', 'persistence', 'flags', 'messages', 'secrets', 'diagnostics', 'access'];
    const allowed: Readonly<Record<string, readonly string[]>> = { http: ['views', 'access'] };
    const crossing = imports.filter(({ file, target }) => {
      const from = relative(core.folder, file).split('/')[0] ?? '';
      if (!parts.includes(from) || !target.startsWith('.')) return false;
      const to = relative(core.folder, resolve(dirname(file), target)).split('/')[0] ?? '';
      return parts.includes(to) && to !== from && !(allowed[from] ?? []).includes(to);
    });
    expect(crossing.map(show)).to.deep.equal([]);
  });
});

describe('The core', () => {
  /** Words that are a module's id and something else as well. */
  const otherMeanings: Readonly<Record<string, readonly string[]>> = {
    'core/api/menus.ts': ['configuration', 'control-panel'],
    'core/views/frame.ts': ['configuration', 'control-panel', 'sites'],
    'core/views/asset-files.ts': ['identity'],
    'core/views/assets.ts': ['identity'],
    'core/views/accepted-encoding.ts': ['identity'],
  };
  const sources = readdirSync(core.folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.(?:ts|css)$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((file) => !/\/(?:dist|node_modules|test|testing)\//.test(file))
    .map((file) => ({ file: relative(root, file), text: readFileSync(file, 'utf8') }));
  const mentions = (names: readonly string[], pattern: (name: string) => RegExp): readonly string[] =>
    sources.flatMap(({ file, text }) =>
      names
        .filter((name) => pattern(name).test(text) && !otherMeanings[file]?.includes(name))
        .map((name) => `${file} mentions ${name}`),
    );
  const inModules = (pattern: RegExp): readonly string[] => [
    ...new Set(
      modules
        .filter(({ folder }) => folder.startsWith(join(root, 'modules/')))
        .flatMap(({ folder }) => readdirSync(folder, { recursive: true, withFileTypes: true }))
        .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
        .map((entry) => join(entry.parentPath, entry.name))
        .filter((file) => /\/(?:assets|client)\//.test(file) && !/\/(?:dist|node_modules)\//.test(file))
        .flatMap((file) => [...readFileSync(file, 'utf8').matchAll(pattern)].map(([, name = '']) => name)),
    ),
  ];

  it('names no module: not by an id of several words, anywhere, nor in quotes by one of a single word', () => {
    const ids = modules.map(({ manifest }) => manifest.portico?.id ?? '');
    expect(ids).to.include('identity').and.include('documents-media');
    const found = mentions(ids, (id) =>
      id.includes('-') ? new RegExp(`(?<![\\w-])${id}(?![\\w-])`) : new RegExp(`['"\`]${id}['"\`./]`),
    );
    expect(found).to.deep.equal([]);
  });

  it('names no element and no event of a module', () => {
    const elements = inModules(/customElements\.define\('([\w-]+)'/g);
    const events = inModules(/\bnew CustomEvent(?:<[^>]*>)?\(\s*'([\w:-]+)'/g).filter((name) => name !== 'portico:close');
    expect(elements.length).to.be.greaterThan(3);
    expect(events).to.include('portico:documents-added').and.include('portico:item-selected');
    expect(mentions([...elements, ...events], (name) => new RegExp(`(?<![\\w-])${name}(?![\\w-])`))).to.deep.equal([]);
  });

  it('names no environment variable and no role of a module', () => {
    const variables = modules.flatMap(({ manifest }) => Object.keys(manifest.portico?.environment ?? {}));
    expect(variables).to.include('PORTICO_ADMIN_EMAIL').and.include('PORTICO_OPENAI_BASE_URL');
    const roles = ['Administrator', 'Operator', 'Site Administrator', 'Author', 'Member', 'Guest'];
    expect(mentions(variables, (name) => new RegExp(name))).to.deep.equal([]);
    expect(mentions(roles, (name) => new RegExp(`['"\`]${name}['"\`]`))).to.deep.equal([]);
  });
});

describe('The directions of imports', () => {
  it('are looked at: there are files, folders and imports between packages', () => {
    expect(files.size).to.be.greaterThan(500);
    expect([...files.values()].filter(({ size }) => size > 0).length).to.be.greaterThan(400);
    expect(grouped(files, packageFolderOf).get('modules/ai-creator')).to.include('core').and.include('modules/documents-media');
  });

  it('finds a circle through any number of nodes, and none where there is none', () => {
    const graph = (edges: Readonly<Record<string, readonly string[]>>): Graph =>
      new Map(Object.entries(edges).map(([from, targets]) => [from, new Set(targets)]));
    expect(circlesOf(graph({ a: ['b', 'c'], b: ['d'], c: ['d'], d: [] }))).to.deep.equal([]);
    expect(circlesOf(graph({ a: ['b'], b: ['c'], c: ['b', 'd'], d: ['e'], e: ['f'], f: ['d'] }))).to.deep.equal([
      ['d', 'e', 'f'],
      ['b', 'c'],
    ]);
    const folders = grouped(graph({ 'x/a': ['y/a'], 'x/b': [], 'y/a': ['y/b'], 'y/b': ['x/b'] }), posix.dirname);
    expect(circlesOf(folders)).to.deep.equal([['x', 'y']]);
  });

  it('finds an import that climbs, and lets those be that go down, stay, or leave the module', () => {
    const from = (file: string, ...targets: readonly string[]): readonly string[] =>
      climbsOf(new Map([[`modules/a/${file}`, new Set(targets)]]));
    expect(from('entities/row.ts', 'modules/a/services/x.ts', 'modules/a/api/index.ts')).to.have.length(1);
    expect(from('services/x.ts', 'modules/a/http/y.ts', 'modules/a/services/z.ts', 'modules/b/http/y.ts')).to.have.length(1);
    expect(from('http/y.ts', 'modules/a/module.ts', 'modules/a/commands/c.ts')).to.deep.equal([
      'modules/a/http/y.ts imports modules/a/module.ts',
    ]);
    expect(from('module.ts', 'modules/a/http/y.ts', 'modules/a/services/x.ts')).to.deep.equal([]);
  });

  it('have no circle between files', () => {
    expect(circlesOf(files)).to.deep.equal([]);
  });

  it('have no circle between folders; a folder and one inside it are two', () => {
    expect(circlesOf(grouped(files, posix.dirname))).to.deep.equal([]);
  });

  it('have no circle between packages', () => {
    expect(circlesOf(grouped(files, packageFolderOf))).to.deep.equal([]);
  });

  it('go down inside a module: screens and commands stand on services, services on entities, all on the api', () => {
    expect(climbsOf(files)).to.deep.equal([]);
  });
});

describe('Small files', () => {
  /** Those that stay by themselves, with the reason. There are never more than ten. */
  const reasons: Readonly<Record<string, string>> = {
    'core/libraries/csv.ts': 'a library that is bundled into one file',
    'core/libraries/sharp.ts': 'a library that is loaded by itself, with the first picture',
    'core/util/timers.ts': 'time, which nothing else of the tools is about',
    'modules/ai-providers/services/installed-providers.ts': 'the only file of its module that is not API',
    'modules/ai-sandbox/server/painting/worker.ts': 'the entry of a thread',
    'modules/ai-sandbox/server/sandbox-server.ts': 'loads the sandbox only where it is switched on',
    'modules/configuration/services/settings-secrets.ts': 'what it would go to, stored-settings.ts, is full',
  };
  const ours = new Map([...files].filter(([file]) => /^(?:core|modules)\//.test(file)));
  const crumbs = crumbsOf(ours, (file) => readFileSync(join(root, file), 'utf8').split('\n').length - 1);

  it('are found: those that one file imports, but not the api, nor what two import, nor what is long', () => {
    const graph: Graph = new Map([
      ['modules/a/module.ts', new Set(['modules/a/services/x.ts', 'modules/a/services/y.ts', 'modules/a/api/z.ts'])],
      ['modules/a/services/x.ts', new Set(['modules/a/services/long.ts', 'modules/a/services/index.ts'])],
      ['modules/a/services/long.ts', new Set(['modules/a/services/y.ts'])],
      ['modules/a/services/y.ts', new Set()],
      ['modules/a/services/index.ts', new Set()],
      ['modules/a/api/z.ts', new Set()],
    ]);
    expect(crumbsOf(graph, (file) => (file.endsWith('long.ts') ? 45 : 44))).to.deep.equal(['modules/a/services/x.ts']);
  });

  it('stand in the file that imports them, or in one of the same noun', () => {
    expect(crumbs.filter((file) => !Object.hasOwn(reasons, file))).to.deep.equal([]);
  });

  it('that stay by themselves are ten at the most', () => {
    expect(Object.keys(reasons)).to.have.length.of.at.most(10);
  });
});

describe('Large files', () => {
  it('are none: a file is one noun, and what has more than 300 lines has more', () => {
    const lines = (file: string): number => readFileSync(join(root, file), 'utf8').split('\n').length - 1;
    const ours = [...files.keys()].filter((file) => /^(?:core|modules)\//.test(file));
    expect(ours.length).to.be.greaterThan(400);
    expect(ours.filter((file) => lines(file) > 300).map((file) => `${file}: ${lines(file)}`)).to.deep.equal([]);
  });
});

function filesIn(folder: string): readonly string[] {
  return readdirSync(join(root, folder)).map((name) => join(root, folder, name));
}

function childrenOf(folder: string): readonly string[] {
  return readdirSync(join(root, folder), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => join(folder, name));
}

/** Those of the workspaces; an example that is none is built by the packages alone. */
function exampleFolders(): readonly string[] {
  const { workspaces } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    readonly workspaces: readonly string[];
  };
  return workspaces.filter((folder) => folder.startsWith('examples/'));
}

function importsOf(from: Package): readonly Import[] {
  const files = readdirSync(from.folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts') && !entry.name.endsWith('.d.ts'))
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((file) => !/\/(?:dist|node_modules|fixtures)\//.test(file));
  return files.flatMap((file) => {
    const text = readFileSync(file, 'utf8');
    const targets = [
      ...text.matchAll(/^\s*(?:import|export)\b[^;'"]*?\bfrom\s+'([^']+)'/gm),
      ...text.matchAll(/^\s*import\s+'([^']+)'/gm),
      ...text.matchAll(/\bimport\('([^']+)'\)/g),
    ];
    return targets.map(([, target = '']) => ({ file, from, target }));
  });
}

function show({ file, target }: Import): string {
  return `${relative(root, file)} imports ${target}`;
}

/** Between packages an import leads to the entry point that was asked for. */
function fileGraph(): Graph {
  const graph = new Map<string, Set<string>>();
  for (const { file, target } of imports) {
    if (/\/(?:test|testing)\//.test(file)) continue;
    const from = relative(root, file);
    const targets = graph.get(from) ?? new Set();
    graph.set(from, targets);
    const other = packages.find(({ manifest: { name } }) => target === name || target.startsWith(`${name}/`));
    if (target.startsWith('.')) targets.add(relative(root, resolve(dirname(file), target)).replace(/\.js$/, '.ts'));
    else if (other)
      targets.add(`${relative(root, other.folder)}/${target.slice(other.manifest.name.length + 1) || 'api'}/index.ts`);
  }
  return graph;
}

function packageFolderOf(file: string): string {
  return /^core|^(?:modules|examples)\/[^/]+/.exec(file)?.[0] ?? file;
}
