import { readdirSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import type { MigrationInterface, QueryRunner } from '@portico/core';
import Database from 'better-sqlite3';
import { expect } from 'chai';
import { createPortal, removeHomes, type TestPortal } from './fixtures/portal.js';

class MakeShelf implements MigrationInterface {
  readonly name = 'make-shelf';
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('CREATE TABLE shelf (id TEXT)');
  }
  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE shelf');
  }
}

class HangPictures implements MigrationInterface {
  readonly name = 'hang-pictures';
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('CREATE TABLE gallery (id TEXT)');
  }
  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE gallery');
  }
}

describe('tables of a module that changes', () => {
  let portal: TestPortal;
  /** What changed in the database while nobody might cut the process off, change by change. */
  let changes: string[];
  beforeEach(async () => {
    changes = [];
    portal = await createPortal({
      protect: async (work) => {
        const before = tables();
        const answer = await work();
        const after = tables();
        changes.push(
          [
            ...before.filter((name) => !after.includes(name)).map((name) => `-${name}`),
            ...after.filter((name) => !before.includes(name)).map((name) => `+${name}`),
          ].join(' '),
        );
        return answer;
      },
    });
    await portal.migrate('library', [MakeShelf]);
  });
  afterEach(() => portal.close());
  after(removeHomes);

  const tables = (): readonly string[] => {
    const database = new Database(`${portal.home}/portico.db`, { readonly: true });
    const names = database.prepare("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name").pluck().all();
    database.close();
    return names as string[];
  };

  it('are kept, restored and taken back while nothing may cut the process off', async () => {
    await portal.modules.keep('library', ['shelf']);
    expect(changes).to.deep.equal(['+portico_kept_shelf']);
    await portal.modules.revert('library', [MakeShelf], []);
    expect(changes).to.deep.equal(['+portico_kept_shelf', '-shelf']);
    await portal.modules.restore('library');
    expect(changes).to.deep.equal(['+portico_kept_shelf', '-shelf', '-portico_kept_shelf +shelf']);
  });

  it('are copied with the whole database while nothing may cut the process off, and what follows may be', async () => {
    await portal.modules.afterCopy(async () => {
      expect(changes).to.deep.equal(['']);
      expect(readdirSync(`${portal.home}/copies`).length).to.equal(1);
    });
    expect(changes).to.deep.equal(['']);
  });

  it('go as one while nothing may cut the process off', async () => {
    let before = 0;
    await portal.unitOfWork.write(async (transaction) => {
      before = changes.length;
      await portal.modules.erase(transaction, 'library', ['shelf']);
      expect(changes.length).to.equal(before + 1);
    });
    expect(tables()).not.to.include('shelf');
  });

  it('do not come back with the next start when they went while a change of them was not taken back', async () => {
    await portal.modules.keep('library', ['shelf']);
    await portal.unitOfWork.write((transaction) => portal.modules.erase(transaction, 'library', ['shelf']));
    expect(portal.modules.unfinished()).to.deep.equal([]);
    await portal.modules.restore('library');
    expect(tables()).not.to.include('shelf').and.not.include('portico_kept_shelf');
  });

  it('leave files behind that tables of others name, as they are or as they were kept', async () => {
    const file = await portal.blobs.store(Buffer.from('a page'), { maxBytes: 100 });
    await portal.migrate('gallery', [HangPictures]);
    await portal.unitOfWork.write(async (transaction) => {
      await transaction.keepBlob(file);
      await transaction.query('INSERT INTO shelf (id) VALUES (?)', [file.id]);
      await transaction.query('INSERT INTO gallery (id) VALUES (?)', [file.id]);
    });
    await portal.modules.keep('library', ['shelf']);
    await portal.unitOfWork.write((transaction) => transaction.query('DELETE FROM shelf'));
    await portal.unitOfWork.write((transaction) => portal.modules.erase(transaction, 'gallery', ['gallery']));
    await portal.modules.restore('library');
    expect(await text(await portal.blobs.open(file.id))).to.equal('a page');
  });
});
