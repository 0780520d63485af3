import { readFileSync, writeFileSync } from 'node:fs';
import promises from 'node:fs/promises';
import { createRequire, syncBuiltinESMExports } from 'node:module';
import { join } from 'node:path';
import type BetterSqlite from 'better-sqlite3';

/**
 * Loaded into a portal before anything else: once SIGUSR2 came, counts every step that changes something on disk (a file renamed, removed
 * or flushed, a statement that writes, a commit), and kills the process without warning right before the step that the file `die-at` names.
 * With `DIE_AT_START` it counts from the start, up to the step of that number.
 */
const home = process.env.PORTICO_HOME ?? '';
let left = Number(process.env.DIE_AT_START ?? Number.POSITIVE_INFINITY);
let passed: string[] = [];

process.on('SIGUSR2', () => {
  left = Number(readFileSync(join(home, 'die-at'), 'utf8'));
  passed = [];
  writeFileSync(join(home, 'armed'), '');
});

function step(name: string): void {
  if (left === Number.POSITIVE_INFINITY) return;
  passed.push(name);
  writeFileSync(join(home, 'steps'), passed.join('\n'));
  left -= 1;
  if (left <= 0) process.kill(process.pid, 'SIGKILL');
}

/** Lets a step be counted whenever a method is called. */
function watch(owner: object, method: string, nameOf: (args: readonly unknown[]) => string | undefined): void {
  const methods = owner as Record<string, (...args: unknown[]) => unknown>;
  const original = methods[method];
  if (!original) throw new Error(`There is no ${method} to watch.`);
  methods[method] = function (this: unknown, ...args: unknown[]) {
    const name = nameOf(args);
    if (name !== undefined) step(name);
    return original.apply(this, args);
  };
}

// Which files are made is counted where it matters: a start makes many.
const made = process.env.DIE_AT_FILES ? ['rm', 'cp', 'mkdir', 'symlink'] : [];
for (const method of ['rename', 'unlink', ...made]) watch(promises, method, () => method);
syncBuiltinESMExports();
const handle = await promises.open(process.execPath, 'r');
watch(Object.getPrototypeOf(handle) as object, 'sync', () => 'sync');
await handle.close();

const Database = createRequire(import.meta.url)('better-sqlite3') as typeof BetterSqlite;
const database = new Database(':memory:');
const statement = database.prepare('SELECT 1');
watch(Database.prototype, 'exec', ([sql]) => (/^COMMIT/i.test(String(sql)) ? 'commit' : undefined));
const statements = Object.getPrototypeOf(statement) as { run(this: { source: string }, ...values: unknown[]): unknown };
const { run } = statements;
statements.run = function (...values) {
  const [, verb = '', table = ''] =
    /^(INSERT|UPDATE|DELETE)\s+(?:INTO\s+|FROM\s+)?(\w+)/.exec(this.source.replaceAll('"', '')) ?? [];
  step(`${verb} ${table}`);
  return run.apply(this, values);
};
database.close();
