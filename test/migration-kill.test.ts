import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import Database from 'better-sqlite3';
import { expect } from 'chai';
import { tablesOf, unpackState } from './support/earlier-states.js';
import { FixtureModules } from './support/fixture-modules.js';
import { PortalProcess, portico } from './support/portal-process.js';

const preload = new URL('./faults/die-at.js', import.meta.url).href;
const identity = fileURLToPath(new URL('../../modules/identity', import.meta.url));
/** More than a start with a migration has. */
const stepsAtMost = 80;

/** Each as the statements of its migration, and what the tables hold after it. */
const versions = [
  {
    name: 'MakeShelf1',
    statements: [
      'CREATE TABLE library_shelf (id text PRIMARY KEY NOT NULL)',
      'CREATE TABLE library_book (id text PRIMARY KEY NOT NULL, shelf_id text NOT NULL REFERENCES library_shelf (id) ON DELETE CASCADE)',
      "INSERT INTO library_shelf VALUES ('a'), ('b')",
      "INSERT INTO library_book VALUES ('x', 'a'), ('y', 'b')",
    ],
    holds: { library_shelf: [{ id: 'a' }, { id: 'b' }] },
  },
  {
    name: 'RebuildShelf2',
    statements: [
      'CREATE TABLE library_shelf_new (id text PRIMARY KEY NOT NULL, place text NOT NULL)',
      "INSERT INTO library_shelf_new SELECT id, 'cellar' FROM library_shelf",
      'DROP TABLE library_shelf',
      'ALTER TABLE library_shelf_new RENAME TO library_shelf',
    ],
    holds: {
      library_shelf: [
        { id: 'a', place: 'cellar' },
        { id: 'b', place: 'cellar' },
      ],
    },
  },
  {
    name: 'FillShelf3',
    statements: ["UPDATE library_shelf SET place = 'attic'", "INSERT INTO library_shelf VALUES ('c', 'attic')"],
    holds: {
      library_shelf: [
        { id: 'a', place: 'attic' },
        { id: 'b', place: 'attic' },
        { id: 'c', place: 'attic' },
      ],
    },
  },
] as const;
const books = [
  { id: 'x', shelf_id: 'a' },
  { id: 'y', shelf_id: 'b' },
];

describe('a portal that is killed while it changes its tables', function () {
  this.timeout(400_000);
  let home: string;
  let modules: FixtureModules;
  beforeEach(async () => {
    home = mkdtempSync(join(tmpdir(), 'portico-migrating-'));
    modules = await FixtureModules.create();
  });
  afterEach(async () => {
    rmSync(home, { recursive: true, force: true });
    await modules.remove();
  });

  async function install(count: number): Promise<void> {
    const folder = await modules.write('library', 'export default defineModule();', { migrations: 'migrations.js' });
    await mkdir(folder, { recursive: true });
    const classes = versions
      .slice(0, count)
      .map(
        ({ name, statements }) =>
          `class { name = '${name}'; async up(runner) { for (const sql of ${JSON.stringify(statements)}) await runner.query(sql); } async down() {} }`,
      );
    await writeFile(join(folder, 'migrations.js'), `export default [${classes.join(', ')}];`);
  }

  /** Starts the portal; it dies right before this step. Answers the step, or nothing when it was ready before. */
  async function diesAt(step: number, paths: Readonly<Record<string, string>>): Promise<string | undefined> {
    const environment = { ...paths, NODE_OPTIONS: `--import=${preload}`, DIE_AT_START: String(step) };
    const portal = await PortalProcess.start(home, 'start', environment).catch((error: Error) => error);
    if (portal instanceof Error) {
      expect(portal.message).to.include('The portal ended with SIGKILL');
      return readFileSync(join(home, 'steps'), 'utf8').split('\n').at(-1) ?? '';
    }
    portal.kill('SIGKILL');
    await portal.ended;
    return undefined;
  }

  /** How many of the migrations are applied; that the tables are exactly those after them, in the database and in no copy half. */
  function applied(): number {
    const database = new Database(join(home, 'portico.db'));
    try {
      expect(database.pragma('integrity_check', { simple: true })).to.equal('ok');
      expect(database.pragma('foreign_key_check')).to.deep.equal([]);
      const names = database
        .prepare("SELECT name FROM portico_migration WHERE owner = 'library' ORDER BY position")
        .pluck()
        .all();
      expect(names).to.deep.equal(versions.slice(0, names.length).map(({ name }) => name));
    } finally {
      database.close();
    }
    const tables = tablesOf(home);
    const count = (tables.get('portico_migration') ?? []).filter(({ owner }) => owner === 'library').length;
    const own = Object.fromEntries([...tables].filter(([table]) => table.startsWith('library_')));
    expect(own).to.deep.equal({ ...versions[count - 1]?.holds, library_book: books });
    return count;
  }

  it('is as before or as after, whichever step of a copy or a migration it dies before, and goes on with the next start', async () => {
    // With the one other module that a portal needs: it starts in half of the time.
    const alone = { PORTICO_MODULE_PATHS: `${modules.path},${identity}` };
    await install(1);
    const first = await PortalProcess.start(home, 'start', alone);
    first.kill('SIGTERM');
    expect(await first.ended).to.equal(0);
    await install(3);
    const died: string[] = [];
    let before = applied();
    for (let step = 1; step <= stepsAtMost; step += 1) {
      const name = await diesAt(step, alone);
      const now = applied();
      if (name !== undefined) died.push(name);
      if (now > before) step = 0;
      before = now;
      if (now === versions.length) break;
    }
    expect(before).to.equal(3);
    expect(died).to.include.members(['sync', 'rename', 'INSERT portico_migration', 'UPDATE library_shelf', 'commit']);
    const copies = readdirSync(join(home, 'copies'));
    expect(copies.filter((name) => name.endsWith('.db')).length).to.be.within(1, 3);
    expect(copies.filter((name) => !name.endsWith('.db'))).to.deep.equal([]);

    const portal = await PortalProcess.start(home, 'start', alone);
    expect((await portico(home, 'modules', 'why', 'library')).out).to.equal('library 1.0.0 is active.\n');
    expect((await portico(home, 'doctor')).code).to.equal(0);
    portal.kill('SIGTERM');
    expect(await portal.ended).to.equal(0);
    expect(applied()).to.equal(3);
  });

  it('goes on upgrading data of the first state from wherever it died, and loses no row of it', async () => {
    const { person } = unpackState('first', home);
    const documents = tablesOf(home).get('documents_media_document') ?? [];
    let deaths = 0;
    for (let step = 3; step < 200; step += 17) if ((await diesAt(step, modules.environment)) !== undefined) deaths += 1;
    expect(deaths).to.be.greaterThan(3);
    const portal = await PortalProcess.start(home, 'start', modules.environment);
    expect(await portal.signIn(person)).to.have.property('Cookie');
    const { out } = await portico(home, 'modules', 'list');
    expect(out.split('\n').filter((line) => line.includes(' failed '))).to.deep.equal([]);
    const doctor = await portico(home, 'doctor');
    expect(doctor.code, doctor.out).to.equal(0);
    portal.kill('SIGTERM');
    await portal.ended;
    expect((tablesOf(home).get('documents_media_document') ?? []).map(({ id }) => id)).to.have.members(
      documents.map(({ id }) => id),
    );
    expect(existsSync(join(home, 'copies'))).to.equal(true);
  });
});
