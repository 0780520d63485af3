import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, extname, join } from 'node:path';
import { PortalError } from '../api/index.js';
import { writeCatalog } from './api-catalog.js';
import { loadTool, type ModulePackage, readModulePackage, toolFile } from './package-file.js';
import { buildTheme } from './theme.js';

/** What is used of esbuild, which the module brings. */
interface Bundler {
  build(options: object): Promise<unknown>;
}

const copied = new Set(['.svg', '.png', '.jpg', '.webp', '.woff2', '.ico']);

/**
 * Makes `dist` of a module: its code as the compiler leaves it, and in `dist/assets` its scripts and sheets, bundled, with the icons and classes of
 * the theme that no page has already; and what it says of its API, for the screen Extension Points. @throws PortalError `module-tool`.
 */
export async function buildModule(folder: string): Promise<void> {
  const module = readModulePackage(folder);
  rmSync(join(folder, 'dist'), { recursive: true, force: true });
  const hasScripts =
    existsSync(join(folder, 'assets')) && readdirSync(join(folder, 'assets')).some((name) => name.endsWith('.ts'));
  for (const config of ['tsconfig.json', ...(hasScripts ? ['tsconfig.assets.json'] : [])])
    if (!compile(folder, config)) throw new PortalError('module-tool', 'The code does not compile.', { status: 400 });
  await buildAssets(module);
  await writeCatalog(module);
}

/** Runs the module's own compiler, which says what is wrong. @returns whether nothing is. */
export function compile(folder: string, config = 'tsconfig.json'): boolean {
  if (!existsSync(join(folder, config))) return true;
  const compiler = join(dirname(toolFile(folder, 'typescript/package.json')), 'bin/tsc');
  const { status } = spawnSync(process.execPath, [compiler, '-p', config], { cwd: folder, stdio: 'inherit' });
  return status === 0;
}

/** The scripts, sheets and pictures of `assets`. What modules share in the browser is imported from the portal: nothing of it is carried along. */
export async function buildAssets(module: ModulePackage): Promise<void> {
  const { folder } = module;
  const assets = join(folder, 'assets');
  const out = outputOf(module);
  rmSync(out, { recursive: true, force: true });
  const files = existsSync(assets) ? readdirSync(assets, { withFileTypes: true }).filter((entry) => entry.isFile()) : [];
  const names = files.map(({ name }) => name);
  const entryPoints = names.filter((name) => /\.(?:ts|css)$/.test(name) && !name.endsWith('.d.ts'));
  if (entryPoints.length > 0) {
    const { build } = await loadTool<Bundler>(folder, 'esbuild');
    try {
      await build({
        entryPoints: entryPoints.map((name) => join(assets, name)),
        outdir: out,
        bundle: true,
        format: 'esm',
        splitting: true,
        minify: true,
        target: ['es2022', 'chrome111', 'firefox121', 'safari16.4'],
        external: ['@portico/core/client'],
        chunkNames: 'chunk-[hash]',
        legalComments: 'none',
        logLevel: 'warning',
        absWorkingDir: folder,
      });
    } catch (cause) {
      throw new PortalError('module-tool', 'The scripts and sheets in assets cannot be bundled.', { status: 400, cause });
    }
  }
  for (const name of names.filter((each) => copied.has(extname(each)))) cpSync(join(assets, name), join(out, name));
  writeTheme(module);
}

/** The icons and rules of the theme that the module names and no page has by itself. @returns whether they are others than before. */
export function writeTheme(module: ModulePackage): boolean {
  const { icons, rules } = buildTheme(module);
  const out = outputOf(module);
  const written = Object.entries({ 'icons.svg': icons, 'clay.css': rules }).filter(([name, content]) => {
    const file = join(out, name);
    const before = existsSync(file) ? readFileSync(file, 'utf8') : '';
    if (before === content) return false;
    mkdirSync(out, { recursive: true });
    if (content === '') rmSync(file);
    else writeFileSync(file, content);
    return true;
  });
  return written.length > 0;
}

function outputOf({ folder, content }: ModulePackage): string {
  return join(folder, content.portico.assets ?? 'dist/assets');
}
