// npm run release: [--built] nothing is built before, [--to FOLDER]. What the portal is delivered as, one npm tarball for each package, in release/. They need nothing of this repository:
//   @portico/core, @portico/<module>   as they are built, without tests and sources, each with its types; they are peers of each other
//   @portico/testing                   whole portals and browsers for the tests of modules
//   portico                            the command, and with its dependencies the whole portal: `npx portico start`
// Beside them lies the bill of materials, portico.cdx.json.
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { parseArgs } from 'node:util';
import { build as bundle } from 'esbuild';
import { allIcons } from './assets/icons.mjs';
import { spareRules } from './assets/theme.mjs';
import { build } from './build.mjs';
import { deliveredExports, packageFolders, root } from './packages.mjs';
import { billOfMaterials } from './sbom.mjs';

const rootPackage = readPackage('.');
const folders = packageFolders().filter((folder) => !folder.startsWith('examples/'));
const ours = new Map(folders.map((folder) => [readPackage(folder).name, readPackage(folder)]));

if (process.argv[1] === import.meta.filename) {
  const { values } = parseArgs({
    options: { built: { type: 'boolean' }, to: { type: 'string', default: join(root, 'release') } },
  });
  if (!values.built && build() !== 0) process.exit(1);
  await release(values.to);
}

/** @param to folder that is made anew. */
async function release(to) {
  const staged = mkdtempSync(join(tmpdir(), 'portico-release-'));
  try {
    const stages = [];
    for (const folder of folders) stages.push(await stagePackage(folder, staged));
    stages.push(stageTesting(staged), await stageDistribution(staged));
    rmSync(to, { recursive: true, force: true });
    mkdirSync(to, { recursive: true });
    const pack = ['pack', '--silent', '--ignore-scripts', '--pack-destination', to, ...stages];
    const { status, stdout } = spawnSync('npm', pack, { cwd: staged, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
    if (status !== 0) throw new Error('The packages could not be packed.');
    writeFileSync(join(to, 'portico.cdx.json'), `${billOfMaterials()}\n`);
    const names = stdout.trim().split('\n');
    console.log(`${names.length} packages are in ${relative(root, to) || to}.`);
  } finally {
    rmSync(staged, { recursive: true, force: true });
  }
}

async function stagePackage(folder, staged) {
  const manifest = ours.get(readPackage(folder).name);
  const stage = join(staged, manifest.name.replace('/', '+'));
  const from = join(root, folder);
  for (const file of await builtFiles(from, manifest)) copy(join(from, file), join(stage, file));
  for (const part of folder === 'core' ? ['messages', 'bin', 'tsconfig'] : ['messages', 'views', 'README.md'])
    if (existsSync(join(from, part))) cpSync(join(from, part), join(stage, part), { recursive: true });
  copy(join(root, 'LICENSE'), join(stage, 'LICENSE'));
  await stageClient(folder, stage);
  const { dependencies = {}, bin: _, private: __, scripts: ___, devDependencies: ____, ...rest } = manifest;
  const isOurs = ([name]) => ours.has(name);
  const peers = Object.entries(dependencies).filter(isOurs);
  writePackage(stage, {
    ...rest,
    engines: rootPackage.engines,
    exports: typedExports(deliveredExports(manifest)),
    files: filesIn(stage),
    dependencies: Object.fromEntries(Object.entries(dependencies).filter((each) => !isOurs(each))),
    ...peersOf(manifest.name, peers),
  });
  return stage;
}

/** What must be one in a portal is not brought along: it is what stands beside. Help for tests is there where it is asked for. */
function peersOf(name, peers) {
  const peerDependencies = Object.fromEntries(peers.map(([peer]) => [peer, `^${ours.get(peer).version}`]));
  if (name !== '@portico/core') return { peerDependencies };
  const tools = { portico: rootPackage.version, ...testingTools() };
  const optional = Object.fromEntries(Object.keys(tools).map((tool) => [tool, { optional: true }]));
  return { peerDependencies: tools, peerDependenciesMeta: optional };
}

function testingTools() {
  return Object.fromEntries(
    ['axe-core', 'playwright-core', 'supertest'].map((tool) => [tool, rootPackage.devDependencies[tool]]),
  );
}

/** The types stand beside the code; what browsers load is the portal's own script. */
function typedExports(exports) {
  const entries = exports.map(([name, target]) => [
    name,
    name === './client'
      ? { types: './dist/client/index.d.ts', default: './dist/client/index.js' }
      : { types: target.replace(/\.js$/, '.d.ts'), default: target },
  ]);
  return { ...Object.fromEntries(entries), './package.json': './package.json', './tsconfig/*': './tsconfig/*' };
}

/** Scripts for browsers that other modules import, with their types. */
async function stageClient(folder, stage) {
  const entry = join(root, folder, 'client/index.ts');
  if (!existsSync(entry)) return;
  const types = join(stage, 'types');
  const config = join(stage, 'tsconfig.types.json');
  const compilerOptions = { declaration: true, emitDeclarationOnly: true, noEmit: false, rootDir: root, outDir: types };
  const include = [join(root, folder, 'client/**/*.ts')];
  writeFileSync(config, JSON.stringify({ extends: join(root, 'tsconfig.client.json'), compilerOptions, include }));
  const compiler = join(root, 'node_modules/typescript/bin/tsc');
  const { status, stdout } = spawnSync(process.execPath, [compiler, '-p', config], { cwd: root, encoding: 'utf8' });
  if (status !== 0) throw new Error(stdout);
  cpSync(join(types, folder, 'client'), join(stage, 'dist/client'), { recursive: true });
  for (const path of [types, config]) rmSync(path, { recursive: true });
  await bundle({
    entryPoints: [entry],
    outfile: join(stage, 'dist/client/index.js'),
    bundle: true,
    format: 'esm',
    target: 'es2022',
    external: ['@portico/core/client'],
    logLevel: 'warning',
  });
}

function stageTesting(staged) {
  const stage = join(staged, '@portico+testing');
  cpSync(join(root, 'scripts/release/testing'), stage, { recursive: true });
  copy(join(root, 'LICENSE'), join(stage, 'LICENSE'));
  const { version, license, type } = ours.get('@portico/core');
  writePackage(stage, {
    name: '@portico/testing',
    version,
    description: 'Whole portals and browsers for the tests of modules.',
    license,
    type,
    engines: rootPackage.engines,
    exports: { '.': { types: './index.d.ts', default: './index.js' }, './package.json': './package.json' },
    files: filesIn(stage),
    dependencies: { ...testingTools(), '@types/supertest': rootPackage.devDependencies['@types/supertest'] },
    peerDependencies: { '@portico/core': `^${version}`, portico: `^${rootPackage.version}` },
  });
  return stage;
}

/** The command, what the portal shows by itself, and what is made of it for authors: templates, icons and the rest of the theme. */
async function stageDistribution(staged) {
  const stage = join(staged, 'portico');
  for (const part of ['views', 'config', 'templates']) cpSync(join(root, part), join(stage, part), { recursive: true });
  for (const part of ['LICENSE', 'CHANGELOG.md']) copy(join(root, part), join(stage, part));
  cpSync(join(root, 'scripts/release/portico'), stage, { recursive: true });
  mkdirSync(join(stage, 'theme'), { recursive: true });
  writeFileSync(join(stage, 'theme/icons.json'), JSON.stringify(await allIcons()));
  writeFileSync(join(stage, 'theme/clay.json'), JSON.stringify(await spareRules()));
  const { name, version, description, license, type, engines } = rootPackage;
  writePackage(stage, {
    name,
    version,
    description,
    license,
    type,
    engines,
    bin: { portico: 'bin/portico.js' },
    exports: { './package.json': './package.json', './theme/*': './theme/*' },
    files: filesIn(stage),
    dependencies: Object.fromEntries([...ours].map(([each, manifest]) => [each, manifest.version])),
  });
  return stage;
}

/** What is built of sources that are still there, for those who run it: no tests, nothing for ours alone, no maps, no notes of the build. */
async function builtFiles(from, manifest) {
  // Of the core, which may have been built only now.
  const { catalogFile } = await import('../core/dist/diagnostics/installed-catalog.js');
  const forTestsOfOthers = deliveredExports(manifest).some(([path]) => path === './testing');
  const left = new RegExp(`^dist/${forTestsOfOthers ? 'test' : 'test(?:ing)?'}/|\\.(?:map|tsbuildinfo|stamp\\.json)$|/\\.built$`);
  const dist = join(from, 'dist');
  return readdirSync(dist, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(from, join(entry.parentPath, entry.name)))
    .filter((file) => !left.test(file))
    .filter((file) => {
      if (file.startsWith('dist/assets/') || ['dist/compiled-views.cjs', catalogFile].includes(file)) return true;
      const source = file.replace(/^dist\//, '').replace(/(?:\.d\.ts|\.js)$/, '.ts');
      return source.endsWith('.ts') && existsSync(join(from, source));
    });
}

function copy(from, to) {
  mkdirSync(dirname(to), { recursive: true });
  if (!/\.(?:d\.ts|js)$/.test(from)) return cpSync(from, to);
  // Maps lead to sources, which are not delivered.
  writeFileSync(to, readFileSync(from, 'utf8').replace(/\n?\/\/# sourceMappingURL=\S+\s*$/, '\n'));
}

/** Everything that was staged is delivered, and is listed by its first part. */
function filesIn(stage) {
  return readdirSync(stage)
    .filter((name) => !['package.json', 'README.md', 'LICENSE'].includes(name))
    .sort();
}

function readPackage(folder) {
  return JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'));
}

function writePackage(stage, content) {
  writeFileSync(join(stage, 'package.json'), `${JSON.stringify(content, undefined, 2)}\n`);
}
