// Runs the compiled tests: node scripts/test.mjs [--kinds kind,…] [--jobs N] [part of a path …]
// Files run side by side, one more than there are processors, those first that take minutes. Those that torture and kill come at the end, with no others beside them and no more than there are processors.
// In the folder of a package its own tests are meant, and what they need is built first.
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statfsSync, statSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { dirname, join, relative, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import Mocha from 'mocha';
import { build } from './build.mjs';
import { compiledFolders, root } from './packages.mjs';

/** Their outcome hangs on what happens within a moment of a kill, or they use all that the machine has: they come last. */
const atTheEnd = [/^test\/(?:torture|durability|mixed-kill|settings-kill|rotation-kill)\.test/, /^test\/faults\/kill\.test/];

/** None of them should be what all others wait for: what takes longest begins first. */
const long = [
  /^test\/(?:authors|outside-examples|torture)\.test/,
  /^test\/journeys\/screens\.test/,
  /^modules\/ai-creator\/test\/journeys\.test/,
  /^test\/faults\/(?:adding-kill|package-endings|broken-packages|containment)\.test/,
  /^test\/(?:migration-kill|package-kill|module-packages|deploy-folder)\.test/,
];

/** What a test file reaches by its imports tells what it takes: kinds in the order in which they start, the long ones first. */
const kinds = [
  { name: 'browser', marks: ['TestBrowser', 'launchChromium', 'playwright-core'] },
  { name: 'process', marks: ['node:child_process'] },
  {
    name: 'portal',
    marks: ['@portico/core/testing', join(root, 'core/dist/create-portal.js'), join(root, 'core/dist/testing/index.js')],
  },
  { name: 'service', marks: ['@portico/ai-sandbox/api', join(root, 'modules/ai-sandbox/dist/server/sandbox.js')] },
  { name: 'unit', marks: [''] },
];

const { values, positionals } = parseArgs({
  options: {
    kinds: { type: 'string', default: kinds.map(({ name }) => name).join() },
    jobs: { type: 'string' },
  },
  allowPositionals: true,
});
const wanted = values.kinds.split(',');
const unknown = wanted.filter((name) => !kinds.some((kind) => kind.name === name));
if (unknown.length > 0) {
  console.error(`There are no tests of the kind ${unknown.join()}; there are ${kinds.map(({ name }) => name).join(', ')}.`);
  process.exit(1);
}
const began = performance.now();
const here = relative(root, process.cwd());
if (compiledFolders().includes(here)) {
  if (build() !== 0) process.exit(1);
  if (positionals.length === 0) positionals.push(`${here}/`);
}

const files = compiledFolders()
  .flatMap(testsOf)
  .filter(({ source }) => positionals.length === 0 || positionals.some((part) => source.includes(part)))
  .map((test) => ({ ...test, kind: kindOf(test.file), isAtTheEnd: isOf(atTheEnd, test), isLong: isOf(long, test) }))
  .filter(({ kind }) => wanted.includes(kinds[kind].name))
  .sort((a, b) => b.isLong - a.isLong || a.kind - b.kind || b.size - a.size);

const { timeout, ...strict } = JSON.parse(readFileSync(join(root, '.mocharc.json'), 'utf8'));
process.chdir(root);
useFolderOfItsOwn();
const [sideBySide, last] = [
  await run(
    files.filter(({ isAtTheEnd }) => !isAtTheEnd),
    // A good part of the time is waited: for what has a limit in time, and for what a browser shows.
    Number(values.jobs ?? availableParallelism() + 1),
  ),
  await run(
    files.filter(({ isAtTheEnd }) => isAtTheEnd),
    availableParallelism(),
  ),
];
tellTheLongest([...sideBySide.seconds, ...last.seconds]);
const passes = sideBySide.passes + last.passes;
const failures = sideBySide.failures + last.failures;
const failed = [...sideBySide.failed, ...last.failed];
// Once more where it is found at once: a long log is read from its end.
if (failed.length > 0) {
  console.log('\n  What failed:');
  Mocha.reporters.Base.list(failed);
}
// The last lines of the kind that mocha ends with are those of the whole.
console.log(`  ${passes} passing (${Math.round((performance.now() - began) / 1000)}s in all)`);
if (failures > 0) console.log(`  ${failures} failing`);
if (passes === 0) console.error('No test ran.');
process.exitCode = failures > 0 || passes === 0 ? 1 : 0;

async function run(tests, jobs) {
  if (tests.length === 0) return { passes: 0, failures: 0, failed: [], seconds: [] };
  const mocha = new Mocha({
    timeout,
    forbidOnly: strict['forbid-only'],
    forbidPending: strict['forbid-pending'],
    // Mocha takes one job for none, and would load nothing.
    parallel: jobs > 1,
    jobs,
    reporter: 'spec',
  });
  mocha.files = tests.map(({ file }) => file);
  if (jobs > 1) mocha.lazyLoadFiles(true);
  else await mocha.loadFilesAsync();
  const seconds = new Map();
  const failed = [];
  return new Promise((done) => {
    const runner = mocha.run(() => done({ ...runner.stats, failed, seconds: [...seconds] }));
    runner.on('fail', (test, err) => failed.push(Object.assign(test, { err })));
    for (const end of ['test end', 'hook end']) {
      runner.on(end, ({ file, duration = 0 }) => seconds.set(file, (seconds.get(file) ?? 0) + duration / 1000));
    }
  });
}

/** A folder of this run, for what its tests write and what they share. It goes when the run ends. */
function useFolderOfItsOwn() {
  const folder = mkdtempSync(join(memoryOf() ?? tmpdir(), 'portico-tests-'));
  process.env.TMPDIR = folder;
  process.env.TEST_RUN_FOLDER = folder;
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1));
}

/**
 * Where files stay in memory, if there is plenty: every portal waits for the disk at each of its hundred migrations otherwise, and no test takes the
 * current away. Programs must run from there, too: those that are tried far from this repository are installed there.
 */
function memoryOf() {
  const memory = '/dev/shm';
  const gigabytes = 8;
  if (!existsSync(memory) || !existsSync('/proc/meminfo')) return undefined;
  const mount = readFileSync('/proc/mounts', 'utf8').match(/^\S+ \/dev\/shm tmpfs (\S+)/m)?.[1] ?? 'ro';
  const { bavail, bsize } = statfsSync(memory);
  const available = Number(/^MemAvailable:\s+(\d+) kB/m.exec(readFileSync('/proc/meminfo', 'utf8'))?.[1]) * 1024;
  return !/\b(?:ro|noexec)\b/.test(mount) && Math.min(bavail * bsize, available) > gigabytes * 2 ** 30 ? memory : undefined;
}

/** Where the time went: of the tests and hooks of a file, side by side with others. */
function tellTheLongest(files) {
  const longest = files.sort(([, a], [, b]) => b - a).slice(0, 25);
  if (longest.length < 2) return;
  console.log('  The files that took longest:');
  for (const [file, seconds] of longest) {
    console.log(`${String(Math.round(seconds)).padStart(6)} s  ${relative(root, file ?? '').replace('dist/', '')}`);
  }
}

/** The compiled tests of a package that still have a source. */
function testsOf(folder) {
  const compiled = join(root, folder, folder === 'test' ? 'dist' : 'dist/test');
  if (!existsSync(compiled)) return [];
  return readdirSync(compiled, { recursive: true, withFileTypes: true })
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((file) => file.endsWith('.test.js') && !file.includes('/fixtures/'))
    .map((file) => ({ file, source: relative(root, file).replace('dist/', '').replace(/\.js$/, '.ts') }))
    .filter(({ source }) => existsSync(join(root, source)))
    .map((test) => ({ ...test, size: statSync(test.file).size }));
}

function isOf(patterns, { source }) {
  return patterns.some((pattern) => pattern.test(source));
}

function kindOf(file) {
  const reached = [...reach(file)];
  return kinds.findIndex(({ marks }) => marks.some((mark) => mark === '' || reached.includes(mark)));
}

/** The names and files that a compiled file imports, and those they import; of packages the name, and what stands behind their help for tests. */
function reach(file, found = new Set()) {
  const text = existsSync(file) ? readFileSync(file, 'utf8') : '';
  for (const [, verb, clause = '', target] of text.matchAll(/^(import|export)\b([^;'"]*?)(?:\bfrom\s+)?['"]([^'"]+)['"]/gm)) {
    // Who only passes a browser on opens none.
    for (const [name] of clause.matchAll(/\w+/g)) if (verb === 'import' && kinds[0].marks.includes(name)) found.add(name);
    const help = target.match(/^@portico\/([\w-]+)\/testing$/)?.[1];
    const path = target.startsWith('.') ? resolve(dirname(file), target) : target;
    if (found.has(path)) continue;
    found.add(path);
    if (help && help !== 'core') reach(join(root, 'modules', help, 'dist/testing/index.js'), found);
    else if (target.startsWith('.') && path.endsWith('.js')) reach(path, found);
  }
  return found;
}
