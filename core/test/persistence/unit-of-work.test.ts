import { statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { isUniqueViolation, type PortalError, type Reader, type SqlValue, type Transaction } from '@portico/core';
import Database from 'better-sqlite3';
import { expect } from 'chai';
import type { Repository } from 'typeorm';
import { codeFrom, ids, makeHome, openHouse, removeHomes, type TestHouse } from './fixtures/house.js';
import { Note } from './fixtures/notes.js';

const note = (title: string): Note => ({ id: ids.next(), title, blobId: null });
const titles = (house: TestHouse): Promise<string[]> =>
  house.unitOfWork.read(async (reader) => {
    const rows = await reader.query<{ title: string }>('SELECT title FROM test_note ORDER BY title');
    return rows.map((row) => row.title);
  });

describe('the unit of work', () => {
  let house: TestHouse;
  const insert = (title: string): Promise<unknown> =>
    house.unitOfWork.write((transaction) => transaction.repository(Note).insert(note(title)));

  beforeEach(async () => {
    house = await openHouse();
  });
  afterEach(() => house.close());
  after(removeHomes);

  it('keeps every acknowledged write of 200 parallel requests of which some roll back', async () => {
    const acknowledged: string[] = [];
    const request = async (number: number): Promise<void> => {
      const title = `note ${String(number).padStart(3, '0')}`;
      if (number % 4 === 0) await house.unitOfWork.read((reader) => reader.repository(Note).find());
      try {
        await house.unitOfWork.write(async (transaction) => {
          await transaction.repository(Note).save(note(title));
          await delay(number % 3);
          if (number % 5 === 0) throw new Error('changed its mind');
          await transaction.query('UPDATE test_note SET blob_id = ? WHERE title = ?', [title, title]);
        });
        acknowledged.push(title);
      } catch (error) {
        expect(error).to.have.property('message', 'changed its mind');
      }
    };
    await Promise.all(Array.from({ length: 200 }, (_, number) => request(number)));
    expect(acknowledged).to.have.length(160);
    expect(await titles(house)).to.deep.equal(acknowledged.sort());
    expect(
      await house.unitOfWork.read((reader) => reader.query('SELECT * FROM test_note WHERE blob_id IS NOT title')),
    ).to.deep.equal([]);
  });

  it('shows readers nothing of a write that is still open', async () => {
    await house.unitOfWork.write(async (transaction) => {
      await transaction.repository(Note).save(note('open'));
      expect(await titles(house)).to.deep.equal([]);
      expect(await house.unitOfWork.read((reader) => reader.repository(Note).count())).to.equal(0);
      expect(await transaction.repository(Note).count()).to.equal(1);
    });
    expect(await titles(house)).to.deep.equal(['open']);
  });

  it('refuses a write inside a write, and the outer one may go on', async () => {
    await house.unitOfWork.write(async (transaction) => {
      await transaction.repository(Note).insert(note('outer'));
      expect(await codeFrom(insert('inner'))).to.equal('nested-write');
      expect(await codeFrom(Promise.resolve().then(() => insert('inner, later')))).to.equal('nested-write');
    });
    expect(await titles(house)).to.deep.equal(['outer']);
  });

  it('lets what a finished transaction started write again', async () => {
    let later: Promise<unknown> = Promise.resolve();
    let finished = (): void => undefined;
    const end = new Promise<void>((resolve) => (finished = resolve));
    await house.unitOfWork.write(async () => {
      later = end.then(() => insert('later'));
    });
    finished();
    await later;
    expect(await titles(house)).to.deep.equal(['later']);
  });

  it('hands out nothing that works after the transaction', async () => {
    let kept: Transaction | undefined;
    let repository: Repository<Note> | undefined;
    await house.unitOfWork.write(async (transaction) => {
      kept = transaction;
      repository = transaction.repository(Note);
    });
    expect(await codeFrom(repository?.insert(note('late')) ?? Promise.resolve())).to.equal('transaction-ended');
    expect(await codeFrom(repository?.find() ?? Promise.resolve())).to.equal('transaction-ended');
    expect(await codeFrom(kept?.query('DELETE FROM test_note') ?? Promise.resolve())).to.equal('transaction-ended');
    expect(() => kept?.repository(Note)).to.throw('has ended');
    expect(() => kept?.afterCommit(() => undefined)).to.throw('has ended');
  });

  it('keeps a save that nobody waited for out of the next transaction', async () => {
    let forgotten: Promise<unknown> = Promise.resolve();
    await house.unitOfWork.write(async (transaction) => {
      forgotten = codeFrom(transaction.repository(Note).save(note('forgotten')));
    });
    const next = insert('next');
    expect(await forgotten).to.equal('transaction-ended');
    await next;
    expect(await titles(house)).to.deep.equal(['next']);
  });

  it('undoes a part with a savepoint and lets nobody else end the transaction', async () => {
    await house.unitOfWork.write(async (transaction) => {
      const { manager } = transaction.repository(Note);
      await manager.getRepository(Note).insert(note('kept'));
      const part = manager.transaction(async (inner) => {
        await inner.getRepository(Note).insert(note('undone'));
        throw new Error('not this part');
      });
      expect(await part.catch((error: Error) => error.message)).to.equal('not this part');
      expect(await codeFrom(manager.queryRunner?.commitTransaction() ?? Promise.resolve())).to.equal('transaction-owned');
    });
    expect(await titles(house)).to.deep.equal(['kept']);
  });

  it('runs effects after the commit, in order, and outlives one that throws', async () => {
    const heard: string[] = [];
    await house.unitOfWork.write(async (transaction) => {
      transaction.afterCommit(async () => {
        await delay(5);
        heard.push(`first sees ${(await titles(house)).join()}`);
      });
      transaction.afterCommit(() => {
        throw new Error('an effect failed');
      });
      transaction.afterCommit(() => void heard.push('third'));
      await transaction.repository(Note).insert(note('a'));
      expect(heard).to.deep.equal([]);
    });
    expect(heard).to.deep.equal(['first sees a', 'third']);
    expect(house.log.lines.map((line) => line.message)).to.deep.equal([
      'Something that follows a commit failed; the commit stands.',
    ]);
  });

  it('runs the effects of transactions in the order of their commits', async () => {
    const heard: number[] = [];
    const write = (number: number): Promise<void> =>
      house.unitOfWork.write(async (transaction) => {
        transaction.afterCommit(() => delay(number === 0 ? 20 : 0));
        transaction.afterCommit(() => void heard.push(number));
      });
    await Promise.all([write(0), write(1), write(2)]);
    expect(heard).to.deep.equal([0, 1, 2]);
  });

  it('lets an effect write, while others write', async () => {
    const first = house.unitOfWork.write(async (transaction) => {
      transaction.afterCommit(() =>
        house.unitOfWork.write(async (following) => {
          await following.repository(Note).insert(note('by an effect'));
          following.afterCommit(() => insert('by an effect of an effect').then(() => undefined));
        }),
      );
    });
    await Promise.all([first, insert('beside')]);
    expect(await titles(house)).to.deep.equal(['beside', 'by an effect', 'by an effect of an effect']);
  });

  it('waits for no effect that never ends', async () => {
    await house.close();
    house = await openHouse({ transactionMillis: 30 });
    const heard: string[] = [];
    const stuck = house.unitOfWork.write(async (transaction) => {
      transaction.afterCommit(() => new Promise(() => undefined));
      transaction.afterCommit(() => void heard.push('after the stuck one'));
    });
    await house.unitOfWork.write(async (transaction) => transaction.afterCommit(() => void heard.push('next')));
    await stuck;
    expect(heard).to.deep.equal(['after the stuck one', 'next']);
    expect(house.log.lines).to.have.length(1);
  });

  it('runs no effect of a transaction that rolled back', async () => {
    const heard: string[] = [];
    await codeFrom(
      house.unitOfWork.write(async (transaction) => {
        transaction.afterCommit(() => void heard.push('effect'));
        throw new Error('no');
      }),
    );
    expect(heard).to.deep.equal([]);
  });

  it('tells a unique violation from other failures', async () => {
    await insert('same');
    const byRepository = await insert('same').catch((error: unknown) => error);
    const bySql = await house.unitOfWork
      .write((transaction) => transaction.query('INSERT INTO test_note (id, title) VALUES (?, ?)', ['x', 'same']))
      .catch((error: unknown) => error);
    const other = await house.unitOfWork
      .write((transaction) => transaction.query('INSERT INTO test_note (id) VALUES (?)', ['x']))
      .catch((error: unknown) => error);
    expect([byRepository, bySql, other, new Error('x'), undefined].map(isUniqueViolation)).to.deep.equal([
      true,
      true,
      false,
      false,
      false,
    ]);
  });

  it('binds primitives only', async () => {
    const values = [{ title: 'x' }, undefined, ['a'], new Date()] as unknown as SqlValue[];
    for (const value of values) {
      const read = house.unitOfWork.read((reader) => reader.query('SELECT ? AS value', [value]));
      expect(await codeFrom(read)).to.equal('sql-value');
    }
    const [row] = await house.unitOfWork.read((reader) => reader.query('SELECT ? AS yes, ? AS bytes', [true, Buffer.from('b')]));
    expect(row).to.deep.equal({ yes: 1, bytes: Buffer.from('b') });
  });

  it('keeps statements that see what a migration changed', async () => {
    const all = (): Promise<object[]> => house.unitOfWork.read((reader) => reader.query('SELECT * FROM test_note'));
    await insert('old');
    expect(Object.keys((await all())[0] ?? {})).to.deep.equal(['id', 'title', 'blob_id']);
    await house.unitOfWork.write((transaction) => transaction.query('ALTER TABLE test_note ADD COLUMN pages INTEGER'));
    expect(Object.keys((await all())[0] ?? {})).to.deep.equal(['id', 'title', 'blob_id', 'pages']);
    for (let number = 0; number < 1200; number += 1) {
      const [row] = await house.unitOfWork.read((reader) => reader.query(`SELECT ${number} AS number`));
      expect(row).to.deep.equal({ number });
    }
  });

  it('reads only when it reads', async () => {
    const attempts: ((reader: Reader) => Promise<unknown>)[] = [
      (reader) => reader.query("INSERT INTO test_note (id, title) VALUES ('x', 'x')"),
      (reader) => reader.repository(Note).createQueryBuilder().delete().execute(),
    ];
    for (const attempt of attempts) expect(await codeFrom(house.unitOfWork.read(attempt))).to.equal('write-in-read');
    const methods = await house.unitOfWork.read(async (reader) => Object.keys(reader.repository(Note)).sort());
    expect(methods).to.deep.equal(
      ['count', 'countBy', 'createQueryBuilder', 'exists', 'existsBy', 'find', 'findBy', 'findOne', 'findOneBy'].sort(),
    );
  });

  it('undoes a transaction that takes too long, and the next one runs', async () => {
    await house.close();
    house = await openHouse({ transactionMillis: 30 });
    const stuck = house.unitOfWork.write(async (transaction) => {
      await transaction.repository(Note).insert(note('stuck'));
      await new Promise(() => undefined);
    });
    const next = insert('next');
    expect(await codeFrom(stuck)).to.equal('transaction-timeout');
    await next;
    expect(await titles(house)).to.deep.equal(['next']);
  });

  it('refuses who waits too long in the queue', async () => {
    await house.close();
    house = await openHouse({ queueMillis: 20 });
    const slow = house.unitOfWork.write(() => delay(100));
    expect(await codeFrom(insert('too late'))).to.equal('database-busy');
    await slow;
    await insert('in time');
    expect(await titles(house)).to.deep.equal(['in time']);
  });

  it('lets waiting writes finish when it closes, and refuses new ones', async () => {
    const waiting = [insert('a'), insert('b')];
    const closed = house.close();
    const refused = await insert('c').catch((error: PortalError) => error);
    expect(refused).to.include({ code: 'database-closed', status: 503, retryAfter: 5 });
    await Promise.all([...waiting, closed]);
    house = await openHouse({ home: house.home });
    expect(await titles(house)).to.deep.equal(['a', 'b']);
  });
});

describe('a database that another process holds', () => {
  after(removeHomes);

  it('is waited for, while reads go on', async () => {
    const house = await openHouse();
    const other = new Database(join(house.home, 'portico.db'));
    other.exec('BEGIN IMMEDIATE');
    let done = false;
    const write = house.unitOfWork
      .write((transaction) => transaction.repository(Note).insert(note('patient')))
      .then(() => (done = true));
    for (let turn = 0; turn < 5; turn += 1) {
      expect(await titles(house)).to.deep.equal([]);
      await delay(5);
    }
    expect(done).to.equal(false);
    other.exec('COMMIT');
    await write;
    other.close();
    expect(await titles(house)).to.deep.equal(['patient']);
    await house.close();
  });

  it('makes a write fail with Retry-After after the busy timeout', async () => {
    const house = await openHouse({ busyTimeoutMillis: 50 });
    const other = new Database(join(house.home, 'portico.db'));
    other.exec('BEGIN IMMEDIATE');
    const failed = await house.unitOfWork
      .write((transaction) => transaction.repository(Note).insert(note('x')))
      .catch((error: PortalError) => error);
    expect(failed).to.include({ code: 'database-busy', status: 503, retryAfter: 2 });
    other.exec('COMMIT');
    other.close();
    await house.unitOfWork.write((transaction) => transaction.repository(Note).insert(note('y')));
    expect(await titles(house)).to.deep.equal(['y']);
    await house.close();
  });
});

describe('the connections', () => {
  after(removeHomes);

  it('keep their files from other users of the machine', async () => {
    const house = await openHouse();
    const modes = ['portico.db', 'portico.db-wal', 'portico.db-shm'].map((name) => statSync(join(house.home, name)).mode & 0o777);
    expect(modes).to.deep.equal([0o600, 0o600, 0o600]);
    await house.close();
  });

  it('say that the database is damaged when it is none', async () => {
    const home = makeHome();
    writeFileSync(join(home, 'portico.db'), 'this is no database, however long it is looked at. '.repeat(100));
    expect(await codeFrom(openHouse({ home }))).to.equal('database-damaged');
  });

  it('are durable, check foreign keys and use the write-ahead log', async () => {
    const house = await openHouse();
    const pragma = async (name: string): Promise<unknown> =>
      house.unitOfWork.write(async (transaction) => {
        const [row] = await transaction.query<Record<string, unknown>>(`PRAGMA ${name}`);
        return Object.values(row ?? {})[0];
      });
    const values = [await pragma('journal_mode'), await pragma('synchronous'), await pragma('foreign_keys')];
    expect(values).to.deep.equal(['wal', 2, 1]);
    await house.close();
  });
});
