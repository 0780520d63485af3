// Builds what browsers load: the theme, the icons and the portal's elements into core/dist/assets, and each package's scripts into its dist/assets.
// Incremental: a package whose inputs did not change is left alone. `--sizes` prints what was built.
import { existsSync } from 'node:fs';
import { cp, mkdir, rm, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { build } from 'esbuild';
import { compressFolder, sizesOf } from './assets/compress.mjs';
import { filesUnder, foldersOf, root } from './assets/files.mjs';
import { buildIcons } from './assets/icons.mjs';
import { isFresh, remember, stampFile } from './assets/stamp.mjs';
import { buildTheme } from './assets/theme.mjs';
import { exampleFolders } from './packages.mjs';

const built = [];

if (process.argv[1] === import.meta.filename) await buildAll();

async function buildAll() {
  const started = performance.now();
  const quick = process.argv.includes('--quick');
  await attempt(() => buildCoreAssets({ quick }));
  for (const folder of [...(await foldersOf('modules')), ...exampleFolders()])
    await attempt(() => buildPackageAssets(folder, { quick }));
  if (!process.argv.includes('--sizes')) return;
  for (const { name, file, raw, br } of built) console.log(`${name.padEnd(28)} ${file.padEnd(28)} ${kilo(raw)}  br ${kilo(br)}`);
  console.log(`Assets are built (${Math.round(performance.now() - started)} ms).`);
}

/** A package that does not build is reported (esbuild has said why) and does not keep the others from being built. */
async function attempt(work) {
  try {
    await work();
  } catch (error) {
    console.error(error.errors ? error.message : error);
    process.exitCode = 1;
  }
}

/** With `quick` what is built is not compressed; the next build without makes up for it. Answers whether anything was built. */
export async function buildCoreAssets({ quick = false } = {}) {
  const out = join(root, 'core/dist/assets');
  const sources = await coreSources();
  if (await isFresh(out, sources, quick)) return false;
  await rm(out, { recursive: true, force: true });
  await mkdir(out, { recursive: true });
  await bundle(out, [join(root, 'core/client/page/portico.ts')]);
  await writeFile(join(out, 'portico.css'), await buildTheme(sources));
  await writeFile(join(out, 'icons.svg'), await buildIcons(sources));
  await cp(join(root, 'core/client/images'), out, { recursive: true });
  await finish('core', out, sources, [], quick);
  return true;
}

async function coreSources() {
  return [
    ...(await filesUnder('views', ['.hbs'])),
    ...(await filesUnder('core/client', ['.ts', '.css', '.svg'])),
    ...(await filesUnder('scripts', ['.mjs'])),
    ...(await filesUnder('modules', ['.hbs', '.ts'])),
    ...(await Promise.all(exampleFolders().map((folder) => filesUnder(folder, ['.hbs', '.ts'])))).flat(),
    join(root, 'docs/design-system.md'),
  ];
}

/** The sheet alone, with our own rules as they are now; for development. The next build makes all of it again. */
export async function buildSheet() {
  const out = join(root, 'core/dist/assets');
  await rm(stampFile(out), { force: true });
  await writeFile(join(out, 'portico.css'), await buildTheme(await coreSources(), { lastTrimWillDo: true }));
  for (const encoding of ['br', 'gz']) await rm(join(out, `portico.css.${encoding}`), { force: true });
}

/** The scripts and pictures of one package. @param folder from the root. */
export async function buildPackageAssets(folder, { quick = false } = {}) {
  const assets = join(folder, 'assets');
  const out = join(folder, 'dist/assets');
  if (!existsSync(join(root, assets))) return false;
  const entries = (await filesUnder(assets, ['.ts', '.css'], { deep: false })).filter((file) => !file.endsWith('.d.ts'));
  const others = await filesUnder(assets, ['.svg', '.png', '.webp', '.woff2'], { deep: false });
  if (await isFresh(join(root, out), [...entries, ...others], quick)) return false;
  await rm(join(root, out), { recursive: true, force: true });
  await mkdir(join(root, out), { recursive: true });
  const inputs = entries.length > 0 ? await bundle(join(root, out), entries) : [];
  for (const file of others) await cp(file, join(root, out, relative(join(root, assets), file)));
  await finish(folder, join(root, out), [...entries, ...others], inputs, quick);
  return true;
}

async function bundle(outdir, entryPoints) {
  const { metafile } = await build({
    entryPoints,
    outdir,
    bundle: true,
    // Every page has it, as the portal's own script.
    external: ['@portico/core/client'],
    format: 'esm',
    splitting: true,
    minify: true,
    target: ['es2022', 'chrome111', 'firefox121', 'safari16.4'],
    chunkNames: 'chunk-[hash]',
    legalComments: 'none',
    metafile: true,
    logLevel: 'warning',
    absWorkingDir: root,
  });
  return Object.keys(metafile.inputs)
    .filter((file) => !file.includes('node_modules/'))
    .map((file) => join(root, file));
}

async function finish(name, out, listed, found, quick) {
  if (!quick) await compressFolder(out);
  await remember(out, listed, found, quick);
  for (const size of await sizesOf(out)) built.push({ name, ...size });
}

function kilo(bytes) {
  return `${(bytes / 1000).toFixed(1).padStart(7)} kB`;
}
