// npm run dev: a portal with demo content that takes edits in while it stands. Views, words and styles are shown as soon as they are saved;
// code is compiled first, and then one module starts again. Code that modules share, the core, manifests and host settings need a new process.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { extname, join, relative, sep } from 'node:path';
import { foldersOf } from './assets/files.mjs';
import { buildIfNeeded } from './build.mjs';
import { buildCoreAssets, buildPackageAssets, buildSheet } from './build-assets.mjs';
import { root } from './packages.mjs';

buildIfNeeded();
const { sharedFiles } = await import('../core/dist/development/module-hooks.js');
const { EditQueue } = await import('../core/dist/development/edit-queue.js');
const { PortalProcess } = await import('../core/dist/development/portal-process.js');

const core = join(root, 'core');
const coreOwnViews = new Set(['layouts', 'partials', 'core']);
const sheet = join(core, 'dist/assets/portico.css');
const compiler = join(root, 'node_modules/typescript/bin/tsc');
const portal = new PortalProcess(root);
const edits = new EditQueue(portal, (files) => take(files.map(place).filter((edit) => edit !== undefined)));
let trimming;
let trimmingEnds = Promise.resolve();

if (!(await portal.start())) process.exit(1);
edits.watch([core, join(root, 'views'), join(root, 'config'), ...portal.modules.values()]);

/** What an edited file is to the portal; undefined when nothing is made of it. */
function place(file) {
  // It is not watched: it was trimmed.
  if (file === sheet) return { kind: 'assets', owner: 'core' };
  const path = relative(root, file).split(sep);
  const extension = extname(file);
  if (path[0] === 'config' || file.endsWith(`${sep}package.json`)) return { kind: 'restart', file };
  if (path[0] === 'views')
    return extension === '.hbs' ? { kind: 'views', owner: coreOwnViews.has(path[1]) ? 'core' : path[1] } : undefined;
  const [owner, folder] = [['core', core], ...portal.modules].find(([, each]) => file.startsWith(each + sep)) ?? [];
  if (owner === undefined) return undefined;
  const [inner = ''] = relative(folder, file).split(sep);
  if (extension === '.hbs') return { kind: 'views', owner };
  if (inner === 'messages') return extension === '.json' ? { kind: 'messages', owner } : undefined;
  if (inner === 'assets' || (owner === 'core' && inner === 'client')) return { kind: 'assets', owner, file };
  return extension === '.ts' || extension === '.js' ? { kind: 'code', owner, folder, file } : undefined;
}

async function take(edits) {
  const of = (kind) => edits.filter((edit) => edit.kind === kind);
  const code = of('code');
  for (const folder of new Set(code.map((edit) => edit.folder))) compile(folder);
  for (const edit of of('assets')) await buildAssets(edit);
  if (of('restart').length > 0 || code.some(needsProcess)) return portal.restart();
  for (const kind of ['code', 'messages', 'assets', 'views'])
    for (const owner of new Set(of(kind).map((edit) => edit.owner))) await portal.tell({ kind, owner });
  if (of('views').length > 0) trimLater();
}

const needsProcess = ({ owner, folder, file }) =>
  owner === 'core' || sharedFiles(folder).has(join(folder, 'dist', relative(folder, file).replace(/\.ts$/, '.js')));

/** Errors of types are said, and what was compiled all the same is tried. */
function compile(folder) {
  if (!existsSync(join(folder, 'tsconfig.json'))) return;
  spawnSync(process.execPath, [compiler, '-b', folder], { cwd: root, stdio: 'inherit' });
  if (folder === core) spawnSync(process.execPath, ['scripts/build-libraries.mjs'], { cwd: root, stdio: 'inherit' });
}

/** A view may use what the sheet was trimmed of so far. That takes seconds, in a process of its own, and mostly changes nothing. */
function trimLater() {
  clearTimeout(trimming);
  trimming = setTimeout(async () => {
    const before = await readFile(sheet, 'utf8').catch(() => '');
    const trim = spawn(process.execPath, ['scripts/build-assets.mjs', '--quick'], { cwd: root, stdio: 'inherit' });
    trimmingEnds = once(trim, 'exit');
    await trimmingEnds;
    if (edits.isClosing || before === (await readFile(sheet, 'utf8').catch(() => before))) return;
    edits.add(sheet);
  }, 300);
}

async function buildAssets({ owner, file }) {
  if (file === undefined) return;
  await trimmingEnds;
  if (owner !== 'core') return buildPackageAssets(relative(root, portal.modules.get(owner)), { quick: true });
  if (extname(file) === '.css') return buildSheet();
  await buildCoreAssets({ quick: true });
  // Scripts of modules have those of the core inside.
  if (extname(file) !== '.ts') return;
  for (const folder of await foldersOf('modules')) await buildPackageAssets(folder, { quick: true });
}
