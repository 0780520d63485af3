import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { startTestPortal } from '@portico/core/testing';
import Database from 'better-sqlite3';
import { expect } from 'chai';
import { transformSync } from 'esbuild';
import { tablesOf, unpackState } from './support/earlier-states.js';
import { FixtureModules } from './support/fixture-modules.js';
import { PortalProcess, portico } from './support/portal-process.js';

const root = resolve(import.meta.dirname, '../..');
const listFile = join(root, 'test/fixtures/migrations.json');

type Checksums = Readonly<Record<string, string>>;

/** By owner and name: what each migration does to a new database. */
function applied(home: string): Checksums {
  const database = new Database(join(home, 'portico.db'), { readonly: true });
  const rows = database.prepare('SELECT owner, name, checksum FROM portico_migration').all();
  database.close();
  return sorted(
    (rows as { owner: string; name: string; checksum: string }[]).map((row) => [`${row.owner}/${row.name}`, row.checksum]),
  );
}

/** By path: what each file says, whatever its comments, types and layout: also what it does with rows, and how it is undone. */
function written(): Checksums {
  const files = readdirSync(join(root, 'modules')).flatMap((id) => {
    const folder = join('modules', id, 'migrations');
    const names = readdirSync(join(root, 'modules', id)).includes('migrations') ? readdirSync(join(root, folder)) : [];
    return names.filter((name) => name.endsWith('.ts') && name !== 'index.ts').map((name) => join(folder, name));
  });
  return sorted(
    files.map((file) => {
      const { code } = transformSync(readFileSync(join(root, file), 'utf8'), { loader: 'ts', minifyWhitespace: true });
      return [file, createHash('sha256').update(code).digest('hex')];
    }),
  );
}

const sorted = (entries: readonly [string, string][]): Checksums =>
  Object.fromEntries([...entries].sort(([a], [b]) => (a < b ? -1 : 1)));

describe('the migrations of this repository', () => {
  it('are what they were when they were added: a change of a table is a new migration', async () => {
    const portal = await startTestPortal();
    let now: { readonly applied: Checksums; readonly written: Checksums };
    try {
      now = { applied: applied(portal.home), written: written() };
    } finally {
      await portal.stop();
    }
    const listed = JSON.parse(readFileSync(listFile, 'utf8')) as typeof now;
    // A new migration is added to the list with the checksum that stands here; one that is there already is never changed.
    expect(now).to.deep.equal(listed);
  });
});

describe('data of before that cannot be copied', function () {
  this.timeout(60_000);

  it('are not changed: the portal does not start, and says what to do', async () => {
    const home = mkdtempSync(join(tmpdir(), 'portico-uncopied-'));
    try {
      unpackState('first', home);
      const before = tablesOf(home);
      const inTheWay = join(home, 'copies');
      await writeFile(inTheWay, '');
      const refusal = await PortalProcess.start(home).then(
        () => 'It started.',
        (error: Error) => error.message,
      );
      expect(refusal)
        .to.include('The portal ended with 1 before it was ready')
        .and.include(`the database is copied to ${inTheWay}`);
      expect(refusal).to.include(
        'Nothing was changed. See to it that the folder can be written to, then start the portal again.',
      );
      const names = (tables: ReadonlyMap<string, unknown>): readonly string[] => [...tables.keys()].sort();
      const after = tablesOf(home);
      expect(names(after)).to.deep.equal(names(before));
      for (const table of ['documents_media_document', 'ai_creator_generation', 'web_content_article'])
        expect(after.get(table), table).to.deep.equal(before.get(table));
    } finally {
      rmSync(home, { recursive: true, force: true });
    }
  });
});

describe('a module whose applied migration was edited', function () {
  this.timeout(120_000);
  let home: string;
  let modules: FixtureModules;
  before(async () => {
    home = mkdtempSync(join(tmpdir(), 'portico-edited-'));
    modules = await FixtureModules.create();
  });
  after(async () => {
    rmSync(home, { recursive: true, force: true });
    await modules.remove();
  });

  async function write(statement: string): Promise<void> {
    const folder = await modules.write('library', 'export default defineModule();', { migrations: 'migrations/index.js' });
    await mkdir(join(folder, 'migrations'), { recursive: true });
    await writeFile(
      join(folder, 'migrations', 'make-shelf.js'),
      `export class MakeShelf { name = 'MakeShelf1'; async up(runner) { await runner.query(${JSON.stringify(statement)}); } async down() {} }`,
    );
    await writeFile(
      join(folder, 'migrations', 'index.js'),
      `import { MakeShelf } from './make-shelf.js';\nexport default [MakeShelf];`,
    );
  }

  /** What `portico modules why` says of a module once the portal stands. */
  async function whyNot(...ids: readonly string[]): Promise<readonly string[]> {
    const portal = await PortalProcess.start(home, 'start', modules.environment);
    const said: string[] = [];
    for (const id of ids) said.push((await portico(home, 'modules', 'why', id)).out);
    portal.kill('SIGTERM');
    await portal.ended;
    return said;
  }

  it('is refused alone, by module and file and with what to do, and starts again when the edit is undone', async () => {
    await write('CREATE TABLE library_shelf (id text PRIMARY KEY NOT NULL)');
    expect(await whyNot('library')).to.deep.equal(['library 1.0.0 is active.\n']);
    await write('CREATE TABLE library_shelf (id text PRIMARY KEY NOT NULL, place text)');
    const [why = '', other] = await whyNot('library', 'web-content');
    expect(why).to.include('library 1.0.0 is failed.');
    expect(why).to.include(
      'A migration of library was edited after this database had applied it (MakeShelf1 in migrations/make-shelf.js)',
    );
    expect(why).to.include('Install the version of library that ran here before, or undo the edit');
    expect(other).to.match(/^web-content \S+ is active\.\n$/);
    await write('CREATE TABLE library_shelf (id text PRIMARY KEY NOT NULL)');
    expect(await whyNot('library')).to.deep.equal(['library 1.0.0 is active.\n']);
  });
});
