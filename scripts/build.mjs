// Builds what is missing or older than its source: code, libraries, compiled views, and what browsers load. Each step leaves alone what is
// fresh. With `--if-needed` nothing but the times of files is looked at first, and when all is built already that is all it does.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { compiledFolders, entryOf, packageFolders, root } from './packages.mjs';

/** Left by a build that ended well, with the time at which it began: what changed since then it may not have seen. */
const mark = join(root, 'core/dist/.built');
const skipped = new Set(['dist', 'node_modules', 'test']);
const built = /\.(?:ts|hbs|css|json|svg|png|webp|woff2|mjs)$/;

/** Answers the exit code of the step that failed, 0 when none did. */
export function build() {
  const began = new Date();
  const steps = [
    [join('node_modules', 'typescript', 'bin', 'tsc'), '-b'],
    ['scripts/build-libraries.mjs'],
    ['scripts/compile-views.mjs'],
    ['scripts/build-assets.mjs'],
    ['scripts/catalogue.mjs', '--data'],
  ];
  for (const step of steps) {
    const { status } = spawnSync(process.execPath, step, { cwd: root, stdio: 'inherit' });
    if (status !== 0) return status ?? 1;
  }
  writeFileSync(mark, '');
  utimesSync(mark, began, began);
  return 0;
}

/** Says what it does before it takes time. A portal that was built elsewhere and came without the compiler is started as it is. */
export function buildIfNeeded() {
  const reason = whyBuild();
  if (reason === undefined) return;
  if (!existsSync(join(root, 'node_modules/typescript'))) {
    if (missing() === undefined) return;
    console.error(`${reason} The compiler is not installed: run npm ci, then npm run build.`);
    process.exit(1);
  }
  console.log(`${reason} Building; this takes a moment.`);
  const status = build();
  if (status !== 0) process.exit(status);
}

/** Why a build is needed, in a sentence; undefined when everything is built and nothing is newer. */
export function whyBuild() {
  const absent = missing();
  if (absent !== undefined) return `${absent} is not built yet.`;
  const time = existsSync(mark) ? statSync(mark).mtimeMs : 0;
  const folders = [...packageFolders(), 'views', 'scripts'];
  const newer = folders.map((folder) => newerThan(time, join(root, folder), folder)).find((file) => file !== undefined);
  const file = newer ?? ['package-lock.json', 'tsconfig.base.json'].find((name) => isNewer(time, join(root, name)));
  return file && `${file} is newer than what is built.`;
}

function missing() {
  if (!existsSync(join(root, 'core/dist/create-portal.js'))) return 'Portico';
  if (!existsSync(join(root, 'core/dist/assets'))) return 'What browsers load';
  return packageFolders().find((folder) => {
    const entry = entryOf(folder);
    return entry !== undefined && compiledFolders().includes(folder) && !existsSync(join(root, entry));
  });
}

/** The first source under a folder that changed after a moment; a folder changes when a file in it is added or taken away. */
function newerThan(time, path, name) {
  for (const entry of readdirSync(path, { withFileTypes: true })) {
    const inner = join(path, entry.name);
    if (entry.isDirectory()) {
      if (skipped.has(entry.name)) continue;
      if (isNewer(time, inner)) return `${name}/${entry.name}`;
      const found = newerThan(time, inner, `${name}/${entry.name}`);
      if (found !== undefined) return found;
    } else if (built.test(entry.name) && isNewer(time, inner)) return `${name}/${entry.name}`;
  }
  return undefined;
}

const isNewer = (time, path) => existsSync(path) && statSync(path).mtimeMs > time;

if (process.argv[1] === import.meta.filename) {
  if (process.argv.includes('--if-needed')) buildIfNeeded();
  else process.exitCode = build();
}
