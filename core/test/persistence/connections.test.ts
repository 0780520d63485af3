import { statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { PortalError } from '@portico/core';
import Database from 'better-sqlite3';
import { expect } from 'chai';
import { note, titles } from './fixtures/note-rows.js';
import { Note } from './fixtures/notes.js';
import { codeFrom, createPortal, makeHome, removeHomes } from './fixtures/portal.js';

describe('a database that another process holds', () => {
  after(removeHomes);

  it('is waited for, while reads go on', async () => {
    const portal = await createPortal();
    const other = new Database(join(portal.home, 'portico.db'));
    other.exec('BEGIN IMMEDIATE');
    let done = false;
    const write = portal.unitOfWork
      .write((transaction) => transaction.repository(Note).insert(note('patient')))
      .then(() => (done = true));
    for (let turn = 0; turn < 5; turn += 1) {
      expect(await titles(portal)).to.deep.equal([]);
      await delay(5);
    }
    expect(done).to.equal(false);
    other.exec('COMMIT');
    await write;
    other.close();
    expect(await titles(portal)).to.deep.equal(['patient']);
    await portal.close();
  });

  it('makes a write fail with Retry-After after the busy timeout', async () => {
    const portal = await createPortal({ busyTimeoutMillis: 50 });
    const other = new Database(join(portal.home, 'portico.db'));
    other.exec('BEGIN IMMEDIATE');
    const failed = await portal.unitOfWork
      .write((transaction) => transaction.repository(Note).insert(note('x')))
      .catch((error: PortalError) => error);
    expect(failed).to.include({ code: 'database-busy', status: 503, retryAfter: 2 });
    other.exec('COMMIT');
    other.close();
    await portal.unitOfWork.write((transaction) => transaction.repository(Note).insert(note('y')));
    expect(await titles(portal)).to.deep.equal(['y']);
    await portal.close();
  });
});

describe('the connections', () => {
  after(removeHomes);

  it('keep their files from other users of the machine', async () => {
    const portal = await createPortal();
    const modes = ['portico.db', 'portico.db-wal', 'portico.db-shm'].map(
      (name) => statSync(join(portal.home, name)).mode & 0o777,
    );
    expect(modes).to.deep.equal([0o600, 0o600, 0o600]);
    await portal.close();
  });

  it('say that the database is damaged when it is none', async () => {
    const home = makeHome();
    writeFileSync(join(home, 'portico.db'), 'this is no database, however long it is looked at. '.repeat(100));
    expect(await codeFrom(createPortal({ home }))).to.equal('database-damaged');
  });

  it('are durable, check foreign keys and use the write-ahead log', async () => {
    const portal = await createPortal();
    const pragma = async (name: string): Promise<unknown> =>
      portal.unitOfWork.write(async (transaction) => {
        const [row] = await transaction.query<Record<string, unknown>>(`PRAGMA ${name}`);
        return Object.values(row ?? {})[0];
      });
    const values = [await pragma('journal_mode'), await pragma('synchronous'), await pragma('foreign_keys')];
    expect(values).to.deep.equal(['wal', 2, 1]);
    await portal.close();
  });
});
