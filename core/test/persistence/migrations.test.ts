import { existsSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { MigrationInterface, QueryRunner } from '@portico/core';
import Database from 'better-sqlite3';
import { expect } from 'chai';
import type { MigrationClass } from '../../persistence/index.js';
import { codeFrom, createPortal, findings, removeHomes, type TestPortal } from './fixtures/portal.js';

/** A migration that runs the given statements. */
function migration(name: string, ...statements: readonly string[]): MigrationClass {
  return class implements MigrationInterface {
    readonly name = name;
    async up(runner: QueryRunner): Promise<void> {
      for (const statement of statements) await runner.query(statement);
    }
    async down(): Promise<void> {}
  };
}

const makeShelf = migration('make-shelf', 'CREATE TABLE shelf (id TEXT PRIMARY KEY)');
const makeBook = migration(
  'make-book',
  'CREATE TABLE book (id TEXT PRIMARY KEY, shelf TEXT REFERENCES shelf (id) ON DELETE CASCADE)',
  "INSERT INTO shelf VALUES ('s')",
  "INSERT INTO book VALUES ('b', 's')",
);

describe('migrations', () => {
  let portal: TestPortal;
  const rows = <Row>(sql: string): Promise<Row[]> => portal.unitOfWork.read((reader) => reader.query<Row>(sql));
  const applied = async (): Promise<string[]> =>
    (await rows<{ name: string }>("SELECT name FROM portico_migration WHERE owner = 'library' ORDER BY position")).map(
      (row) => row.name,
    );
  const tables = async (): Promise<string[]> =>
    (await rows<{ name: string }>("SELECT name FROM sqlite_master WHERE name IN ('shelf', 'book', 'loan') ORDER BY name")).map(
      (row) => row.name,
    );
  const reopen = async (): Promise<void> => {
    await portal.close();
    portal = await createPortal({ home: portal.home });
  };

  beforeEach(async () => {
    portal = await createPortal();
  });
  afterEach(() => portal.close());
  after(removeHomes);

  it('are applied once, in order, over restarts too', async () => {
    await portal.migrate('library', [makeShelf]);
    await portal.migrate('library', [makeShelf]);
    await reopen();
    await portal.migrate('library', [makeShelf, makeBook]);
    await reopen();
    await portal.migrate('library', [makeShelf, makeBook]);
    expect(await applied()).to.deep.equal(['make-shelf', 'make-book']);
    expect(await rows('SELECT * FROM book')).to.deep.equal([{ id: 'b', shelf: 's' }]);
    expect(await findings(portal)).to.deep.equal([]);
  });

  it('belong to their owner', async () => {
    await portal.migrate('library', [makeShelf]);
    await portal.migrate('archive', [migration('make-shelf', 'CREATE TABLE loan (id TEXT PRIMARY KEY)')]);
    expect(await tables()).to.deep.equal(['loan', 'shelf']);
  });

  it('that fail leave the state of before, and those before them stand', async () => {
    const breaks = migration('breaks', 'CREATE TABLE loan (id TEXT)', 'INSERT INTO nowhere VALUES (1)');
    expect(await codeFrom(portal.migrate('library', [makeShelf, makeBook, breaks]))).to.equal('migration-failed');
    expect(await tables()).to.deep.equal(['book', 'shelf']);
    expect(await applied()).to.deep.equal(['make-shelf', 'make-book']);
    await portal.migrate('library', [makeShelf, makeBook, migration('breaks', 'CREATE TABLE loan (id TEXT)')]);
    expect(await tables()).to.deep.equal(['book', 'loan', 'shelf']);
  });

  it('that newer code applied make older code refuse to start', async () => {
    await portal.migrate('library', [makeShelf, makeBook]);
    await reopen();
    const refusal = await portal.migrate('library', [makeShelf]).catch((error: Error) => error);
    expect(refusal).to.include({ code: 'database-newer' });
    expect(refusal).to.have.property('message').that.includes('newer version of library (make-book)');
  });

  it('are refused out of order and with the same name twice', async () => {
    await portal.migrate('library', [makeBook].slice(1));
    await portal.migrate('library', [makeShelf]);
    expect(await codeFrom(portal.migrate('library', [makeBook, makeShelf]))).to.equal('migration-failed');
    expect(await codeFrom(portal.migrate('library', [makeShelf, makeBook, makeBook]))).to.equal('migration-failed');
    expect(await applied()).to.deep.equal(['make-shelf']);
  });

  it('may rebuild a table that others refer to', async () => {
    const rebuild = migration(
      'rebuild-shelf',
      'CREATE TABLE shelf_new (id TEXT PRIMARY KEY, name TEXT)',
      "INSERT INTO shelf_new SELECT id, '' FROM shelf",
      'DROP TABLE shelf',
      'ALTER TABLE shelf_new RENAME TO shelf',
    );
    await portal.migrate('library', [makeShelf, makeBook, rebuild]);
    expect(await rows('SELECT * FROM book')).to.deep.equal([{ id: 'b', shelf: 's' }]);
    const orphan = portal.unitOfWork.write((transaction) => transaction.query("INSERT INTO book VALUES ('c', 'nowhere')"));
    expect(await codeFrom(orphan)).to.equal('SQLITE_CONSTRAINT_FOREIGNKEY');
  });

  it('that leave rows without their parent are undone', async () => {
    const orphans = migration('orphans', "DELETE FROM shelf WHERE id = 's'");
    expect(await codeFrom(portal.migrate('library', [makeShelf, makeBook, orphans]))).to.equal('migration-failed');
    expect(await rows('SELECT * FROM shelf')).to.deep.equal([{ id: 's' }]);
  });

  it('wait for writes and let none between', async () => {
    await portal.migrate('library', [makeShelf]);
    const write = (id: string): Promise<unknown> =>
      portal.unitOfWork.write((transaction) => transaction.query('INSERT INTO shelf VALUES (?)', [id]));
    await Promise.all([write('a'), portal.migrate('library', [makeShelf, makeBook]), write('b')]);
    expect(await rows('SELECT id FROM shelf ORDER BY id')).to.deep.equal([{ id: 'a' }, { id: 'b' }, { id: 's' }]);
  });

  it('that do something else than when they were applied are refused by name, and found by the doctor', async () => {
    await portal.migrate('library', [makeShelf, makeBook]);
    await reopen();
    const edited = migration('make-shelf', 'CREATE TABLE shelf (id TEXT PRIMARY KEY, place TEXT)');
    const refusal = await portal
      .migrate('library', [edited, makeBook], async (which) => (which === edited ? 'library/make-shelf.js' : undefined))
      .catch((error: Error) => error);
    expect(refusal).to.include({ code: 'migration-edited' });
    expect(refusal)
      .to.have.property('message')
      .that.includes(
        'A migration of library was edited after this database had applied it (make-shelf in library/make-shelf.js)',
      );
    expect(await findings(portal)).to.deep.equal(['Migration make-shelf of library was edited after it was applied.']);
    await portal.migrate('library', [makeShelf, makeBook]);
    expect(await findings(portal)).to.deep.equal([]);
  });

  it('are the same when only blanks, code or bound values differ', async () => {
    const plain = migration('fill', 'CREATE TABLE shelf (id TEXT)', 'INSERT INTO shelf VALUES (?)');
    class Written implements MigrationInterface {
      readonly name = 'fill';
      async up(runner: QueryRunner): Promise<void> {
        await runner.query('CREATE TABLE\n   shelf (id TEXT)');
        await runner.query('INSERT INTO shelf VALUES (?)', [String(Math.random())]);
      }
      async down(): Promise<void> {}
    }
    await portal.migrate('library', [Written]);
    await reopen();
    await portal.migrate('library', [plain]);
    expect(await applied()).to.deep.equal(['fill']);
  });

  it('of a database without checksums get theirs with the next start', async () => {
    await portal.migrate('library', [makeShelf, makeBook]);
    const checksums = (): Promise<object[]> => rows('SELECT owner, name, checksum FROM portico_migration ORDER BY owner, name');
    const known = await checksums();
    expect(known.every((row) => /^[0-9a-f]{64}$/.test((row as { checksum: string }).checksum))).to.equal(true);
    await portal.unitOfWork.write((transaction) => transaction.query('ALTER TABLE portico_migration DROP COLUMN checksum'));
    await reopen();
    await portal.migrate('library', [makeShelf, makeBook]);
    expect(await checksums()).to.deep.equal(known);
  });

  it('that prepare for a later one are left out where the later one is applied already', async () => {
    const clear = class extends migration('clear-shelf', 'DROP TABLE loan') {
      override readonly unlessApplied = 'make-loan';
    };
    const loan = migration('make-loan', 'CREATE TABLE loan (id TEXT)');
    await portal.migrate('library', [makeShelf, loan]);
    await portal.migrate('library', [makeShelf, clear, loan]);
    expect(await applied()).to.deep.equal(['make-shelf', 'make-loan']);
    expect(await findings(portal)).to.deep.equal([]);
    const first = migration('first-loan', 'CREATE TABLE loan (old TEXT)');
    await portal.unitOfWork.write(async (transaction) => {
      await transaction.query('DROP TABLE loan');
      await transaction.query("DELETE FROM portico_migration WHERE name = 'make-loan'");
    });
    await reopen();
    await portal.migrate('library', [makeShelf, first, clear, loan]);
    expect(await applied()).to.deep.equal(['make-shelf', 'first-loan', 'clear-shelf', 'make-loan']);
    expect(await codeFrom(portal.migrate('library', [makeShelf, first, loan, clear]))).to.equal('migration-failed');
  });

  describe('copy the database before they change it', () => {
    const copies = (): readonly string[] => {
      const folder = join(portal.home, 'copies');
      return existsSync(folder) ? readdirSync(folder).sort() : [];
    };
    const tablesOf = (copy: string): unknown[] => {
      const database = new Database(join(portal.home, 'copies', copy), { readonly: true });
      try {
        return database
          .prepare("SELECT name FROM sqlite_master WHERE name IN ('shelf', 'book', 'loan') ORDER BY name")
          .pluck()
          .all();
      } finally {
        database.close();
      }
    };
    const loan = migration('make-loan', 'CREATE TABLE loan (id TEXT)');

    it('once for all that is new with a start, named by time and version, readable to the portal alone, and not when nothing is new', async () => {
      await portal.migrate('library', [makeShelf]);
      await reopen();
      await portal.migrate('library', [makeShelf]);
      expect(copies(), 'of a new database, and of one where nothing is new').to.deep.equal([]);
      await portal.migrate('library', [makeShelf, makeBook]);
      await portal.migrate('archive', [loan]);
      expect(copies()).to.have.length(1);
      const [copy = ''] = copies();
      expect(copy).to.match(/^\d{4}-\d{2}-\d{2}T\d{2}-\d{2}-\d{2}-\d{3}Z-before-1\.0\.0\.db$/);
      expect(tablesOf(copy)).to.deep.equal(['shelf']);
      expect(statSync(join(portal.home, 'copies', copy)).mode & 0o777).to.equal(0o600);
      expect(await tables()).to.deep.equal(['book', 'loan', 'shelf']);
      expect(portal.log.told).to.deep.equal(['The database was copied before its tables are changed.']);
    });

    it('again for what is new after the portal has opened, and keep the newest three', async () => {
      await reopen();
      portal.opened();
      const more = [1, 2, 3, 4].map((number) => migration(`loan-${number}`, `CREATE TABLE loan${number} (id TEXT)`));
      for (let count = 1; count <= more.length; count += 1) {
        await portal.migrate('library', more.slice(0, count));
        portal.clock.forward(1000);
      }
      const names = (copy: string): unknown[] => {
        const database = new Database(join(portal.home, 'copies', copy), { readonly: true });
        try {
          return database.prepare("SELECT count(*) FROM portico_migration WHERE owner = 'library'").pluck().all();
        } finally {
          database.close();
        }
      };
      expect(copies().map(names)).to.deep.equal([[1], [2], [3]]);
    });

    it('and change nothing when that fails: the start is refused with what to do', async () => {
      await portal.migrate('library', [makeShelf]);
      await reopen();
      writeFileSync(join(portal.home, 'copies'), 'in the way');
      const refusal = await portal.migrate('library', [makeShelf, makeBook]).catch((error: Error) => error);
      expect(refusal).to.include({ code: 'copy-failed' });
      expect(refusal)
        .to.have.property('message')
        .that.includes('Nothing was changed.')
        .and.includes('then start the portal again.');
      expect(await tables()).to.deep.equal(['shelf']);
      expect(() => portal.opened()).to.throw('Nothing was changed.');
      rmSync(join(portal.home, 'copies'));
      await reopen();
      await portal.migrate('library', [makeShelf, makeBook]);
      expect(await tables()).to.deep.equal(['book', 'shelf']);
    });
  });

  it('that are missing are found by the doctor', async () => {
    await portal.migrate('library', [makeShelf]);
    await portal.unitOfWork.write((transaction) => transaction.query("DELETE FROM portico_migration WHERE owner = 'library'"));
    expect(await findings(portal)).to.deep.equal(['Migration make-shelf of library is not applied.']);
  });

  it('that forget a column of an entity are found by the doctor', async () => {
    await portal.unitOfWork.write((transaction) => transaction.query('ALTER TABLE test_note DROP COLUMN blob_id'));
    expect(await findings(portal)).to.deep.equal(['Table test_note has no column blob_id; a migration is missing.']);
  });
});
