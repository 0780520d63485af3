import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from '@portico/core/testing';
import { expect } from 'chai';
import { tablesOf } from './support/earlier-states.js';
import { answering, ModulePackages } from './support/module-packages.js';
import { fewModules, PortalProcess } from './support/portal-process.js';

const preload = new URL('./faults/die-at.js', import.meta.url).href;
/** `PORTICO_KILLS=all`: before every step. Else before every step of an update, and before some of the others. */
const isThorough = process.env.PORTICO_KILLS === 'all';
const stepsAtMost = 200;

interface State {
  readonly page: string;
  readonly versions: readonly unknown[];
  readonly rows: readonly unknown[] | undefined;
}

const migration = (name: string, up: readonly string[], down: readonly string[]): string =>
  `class { name = '${name}'; async up(runner) { for (const sql of ${JSON.stringify(up)}) await runner.query(sql); }
     async down(runner) { for (const sql of ${JSON.stringify(down)}) await runner.query(sql); } }`;
const make = migration(
  'MakeNote',
  ['CREATE TABLE notes_note (id TEXT PRIMARY KEY, text TEXT)', "INSERT INTO notes_note VALUES ('a', 'one'), ('b', 'two')"],
  ['DROP TABLE notes_note'],
);
const change = migration(
  'AddPlace',
  ["ALTER TABLE notes_note ADD COLUMN place TEXT DEFAULT 'here'", "UPDATE notes_note SET text = text || '!'"],
  ['ALTER TABLE notes_note DROP COLUMN place', "UPDATE notes_note SET text = replace(text, '!', '')"],
);

describe('a portal that is killed while a module is installed, updated, rolled back or removed', function () {
  this.timeout(isThorough ? 3_600_000 : 600_000);
  let packages: ModulePackages;
  let first: string;
  let second: string;
  before(async () => {
    packages = await ModulePackages.create();
    const pack = (version: string, ...migrations: readonly string[]): Promise<string> =>
      packages.pack({
        id: 'notes',
        version,
        manifest: { migrations: 'migrations.js' },
        files: { 'module.js': answering('notes', version), 'migrations.js': `export default [${migrations.join(', ')}];` },
      });
    first = await pack('1.0.0', make);
    second = await pack('2.0.0', make, change);
  });
  after(() => packages?.remove());

  const notes = [
    { id: 'a', text: 'one' },
    { id: 'b', text: 'two' },
  ];
  const changed = notes.map(({ id, text }) => ({ id, text: `${text}!`, place: 'here' }));
  const none: State = { page: '404', versions: [], rows: undefined };
  const old: State = { page: '1.0.0', versions: [['1.0.0', 0]], rows: notes };
  const updated: State = {
    page: '2.0.0',
    versions: [
      ['2.0.0', 0],
      ['1.0.0', 1],
    ],
    rows: changed,
  };

  const operations: readonly {
    readonly name: string;
    readonly before: State;
    readonly after: State;
    readonly argv: () => readonly string[];
    /** Leads from `after` to `before`. */
    readonly back: readonly (() => readonly string[])[];
    readonly stride: number;
  }[] = [
    {
      name: 'install',
      before: none,
      after: old,
      argv: () => ['install', first],
      back: [() => ['remove', 'notes', '--with-data']],
      stride: 6,
    },
    {
      name: 'update',
      before: old,
      after: updated,
      argv: () => ['update', second],
      back: [() => ['rollback', 'notes']],
      stride: 3,
    },
    {
      name: 'rollback',
      before: updated,
      after: old,
      argv: () => ['rollback', 'notes'],
      back: [() => ['update', second]],
      stride: 3,
    },
    {
      name: 'remove',
      before: old,
      after: none,
      argv: () => ['remove', 'notes', '--with-data'],
      back: [() => ['install', first]],
      stride: 2,
    },
  ];

  for (const { name, before: from, after: to, argv, back, stride } of operations)
    it(`is as before or as after when it dies during ${name}, and nothing is left over`, async () => {
      const home = mkdtempSync(join(tmpdir(), 'portico-killed-'));
      const environment = { ...fewModules, NODE_OPTIONS: `--import=${preload}`, DIE_AT_FILES: '1' };
      let portal = await PortalProcess.start(home, 'start', environment);
      const died: string[] = [];
      let whole = 0;
      try {
        if (from !== none) await command(home, ['install', first]);
        if (from === updated) await command(home, ['update', second]);
        expect(await stateOf(home, portal.url)).to.deep.equal(from);
        for (let step = 1; step <= stepsAtMost; step += isThorough ? 1 : stride) {
          await arm(home, portal, step);
          if (await commandEnds(home, argv())) {
            expect(await stateOf(home, portal.url)).to.deep.equal(to);
            break;
          }
          expect(await portal.ended).to.equal('SIGKILL');
          died.push(readFileSync(join(home, 'steps'), 'utf8').split('\n').at(-1) ?? '');
          portal = await PortalProcess.start(home, 'start', environment);
          const now = await stateOf(home, portal.url);
          const where = `${name}, before step ${step}, ${died.at(-1)}`;
          expect([from, to], where).to.deep.include(now);
          assertNothingLeft(home, now, where);
          whole += 1;
          if (now.page === to.page) for (const each of back) await command(home, each());
          const again = await stateOf(home, portal.url);
          expect({ page: again.page, rows: again.rows }, where).to.deep.equal({ page: from.page, rows: from.rows });
          if (from === updated && again.versions.length < 2) throw new Error('The former version is gone.');
        }
        expect(died.length).to.be.greaterThan(2);
        expect(whole).to.equal(died.length);
        if (process.env.PORTICO_KILLS)
          console.log(`      ${name}: killed ${died.length} times, whole ${whole} times (${died.join(', ')})`);
      } finally {
        portal.kill('SIGKILL');
        await portal.ended;
        rmSync(home, { recursive: true, force: true });
      }
    });
});

/** What the portal shows, and what its data directory holds. */
async function stateOf(home: string, url: string): Promise<State> {
  const answer = await fetch(`${url}/notes`);
  const text = await answer.text();
  const tables = tablesOf(home);
  const rows = [...(tables.get('portico_module_package') ?? [])] as { version: string; age: number }[];
  return {
    page: answer.ok ? text : String(answer.status),
    versions: rows.sort((a, b) => a.age - b.age).map(({ version, age }) => [version, age]),
    rows: tables.get('notes_note'),
  };
}

function assertNothingLeft(home: string, { versions }: State, where: string): void {
  const folder = join(home, 'modules/notes');
  const folders = existsSync(folder) ? readdirSync(folder) : [];
  expect(folders.length, `${where}: ${folders.join(', ')}`).to.equal(versions.length);
  const tables = tablesOf(home);
  expect(tables.get('portico_kept_change'), where).to.deep.equal([]);
  expect(
    [...tables.keys()].filter((name) => name.startsWith('portico_kept_') && name !== 'portico_kept_change'),
    where,
  ).to.deep.equal([]);
  const migrations = (tables.get('portico_migration') ?? []).filter(({ owner }) => owner === 'notes').map(({ name }) => name);
  const expected = { 0: [], 1: ['MakeNote'], 2: ['MakeNote', 'AddPlace'] }[versions.length];
  expect(migrations.sort(), where).to.deep.equal([...(expected ?? [])].sort());
}

/** From here on the portal counts, and dies right before this step. */
async function arm(home: string, portal: PortalProcess, step: number): Promise<void> {
  rmSync(join(home, 'armed'), { force: true });
  writeFileSync(join(home, 'die-at'), String(step));
  portal.kill('SIGUSR2');
  await eventually(() => existsSync(join(home, 'armed')), 'the portal counts its steps', 60);
}

/** Whether the portal lives to the end of the command. */
async function commandEnds(home: string, argv: readonly string[]): Promise<boolean> {
  try {
    await command(home, argv);
    return true;
  } catch (error) {
    if (error instanceof PortalGone) return false;
    throw error;
  }
}

class PortalGone extends Error {}

/** `portico modules …`, as the command line asks the running portal. @throws PortalGone, or what the command says when it ends with another code than 0. */
function command(home: string, argv: readonly string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const call = Buffer.from(JSON.stringify({ argv: ['modules', ...argv], directory: home })).toString('base64');
    const sent = request(
      { socketPath: join(home, 'portico.sock'), method: 'POST', headers: { 'x-portico-call': call } },
      (answer) => {
        let text = '';
        answer.setEncoding('utf8').on('data', (chunk: string) => {
          text += chunk;
          const exit = /\{"exit":(\d+)\}/.exec(text)?.[1];
          if (exit === undefined) return;
          sent.end();
          if (exit === '0') resolve();
          else reject(new Error(`modules ${argv.join(' ')}: ${text}`));
        });
        answer.on('error', reject);
        answer.on('close', () => reject(new Error(`The portal went away: ${text}`)));
      },
    );
    sent.on('error', () => reject(new PortalGone()));
    sent.flushHeaders();
  });
}
