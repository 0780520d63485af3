import { setTimeout as delay } from 'node:timers/promises';
import type { PortalError, Reader, SqlValue, Transaction, WriteRepository } from '@portico/core';
import { isUniqueViolation } from '@portico/core/util';
import { expect } from 'chai';
import { note, titles } from './fixtures/note-rows.js';
import { Note } from './fixtures/notes.js';
import { codeFrom, createPortal, removeHomes, type TestPortal } from './fixtures/portal.js';

describe('the unit of work', () => {
  let portal: TestPortal;
  const insert = (title: string): Promise<unknown> =>
    portal.unitOfWork.write((transaction) => transaction.repository(Note).insert(note(title)));

  beforeEach(async () => {
    portal = await createPortal();
  });
  afterEach(() => portal.close());
  after(removeHomes);

  it('keeps every acknowledged write of 200 parallel requests of which some roll back', async () => {
    const acknowledged: string[] = [];
    const request = async (number: number): Promise<void> => {
      const title = `note ${String(number).padStart(3, '0')}`;
      if (number % 4 === 0) await portal.unitOfWork.read((reader) => reader.repository(Note).find());
      try {
        await portal.unitOfWork.write(async (transaction) => {
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
    expect(await titles(portal)).to.deep.equal(acknowledged.sort());
    expect(
      await portal.unitOfWork.read((reader) => reader.query('SELECT * FROM test_note WHERE blob_id IS NOT title')),
    ).to.deep.equal([]);
  });

  it('shows readers nothing of a write that is still open', async () => {
    await portal.unitOfWork.write(async (transaction) => {
      await transaction.repository(Note).save(note('open'));
      expect(await titles(portal)).to.deep.equal([]);
      expect(await portal.unitOfWork.read((reader) => reader.repository(Note).countBy({}))).to.equal(0);
      expect(await transaction.repository(Note).countBy({})).to.equal(1);
    });
    expect(await titles(portal)).to.deep.equal(['open']);
  });

  it('refuses a write inside a write, and the outer one may go on', async () => {
    await portal.unitOfWork.write(async (transaction) => {
      await transaction.repository(Note).insert(note('outer'));
      expect(await codeFrom(insert('inner'))).to.equal('nested-write');
      expect(await codeFrom(Promise.resolve().then(() => insert('inner, later')))).to.equal('nested-write');
    });
    expect(await titles(portal)).to.deep.equal(['outer']);
  });

  it('lets what a finished transaction started write again', async () => {
    let later: Promise<unknown> = Promise.resolve();
    let finished = (): void => undefined;
    const end = new Promise<void>((resolve) => (finished = resolve));
    await portal.unitOfWork.write(async () => {
      later = end.then(() => insert('later'));
    });
    finished();
    await later;
    expect(await titles(portal)).to.deep.equal(['later']);
  });

  it('hands out nothing that works after the transaction', async () => {
    let kept: Transaction | undefined;
    let repository: WriteRepository<Note> | undefined;
    await portal.unitOfWork.write(async (transaction) => {
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
    await portal.unitOfWork.write(async (transaction) => {
      forgotten = codeFrom(transaction.repository(Note).save(note('forgotten')));
    });
    const next = insert('next');
    expect(await forgotten).to.equal('transaction-ended');
    await next;
    expect(await titles(portal)).to.deep.equal(['next']);
  });

  it('undoes a part with a savepoint and lets nobody else end the transaction', async () => {
    await portal.unitOfWork.write(async (transaction) => {
      await transaction.repository(Note).insert(note('kept'));
      await transaction.query('SAVEPOINT part');
      await transaction.repository(Note).insert(note('undone'));
      await transaction.query('ROLLBACK TO part');
      for (const end of ['COMMIT', ' end transaction', 'ROLLBACK', 'BEGIN'])
        expect(await codeFrom(transaction.query(end)), end).to.equal('transaction-owned');
    });
    expect(await titles(portal)).to.deep.equal(['kept']);
  });

  it('tells a unique violation from other failures', async () => {
    await insert('same');
    const byRepository = await insert('same').catch((error: unknown) => error);
    const bySql = await portal.unitOfWork
      .write((transaction) => transaction.query('INSERT INTO test_note (id, title) VALUES (?, ?)', ['x', 'same']))
      .catch((error: unknown) => error);
    const other = await portal.unitOfWork
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
      const read = portal.unitOfWork.read((reader) => reader.query('SELECT ? AS value', [value]));
      expect(await codeFrom(read)).to.equal('sql-value');
    }
    const [row] = await portal.unitOfWork.read((reader) => reader.query('SELECT ? AS yes, ? AS bytes', [true, Buffer.from('b')]));
    expect(row).to.deep.equal({ yes: 1, bytes: Buffer.from('b') });
  });

  it('keeps statements that see what a migration changed', async () => {
    const all = (): Promise<object[]> => portal.unitOfWork.read((reader) => reader.query('SELECT * FROM test_note'));
    await insert('old');
    expect(Object.keys((await all())[0] ?? {})).to.deep.equal(['id', 'title', 'blob_id']);
    await portal.unitOfWork.write((transaction) => transaction.query('ALTER TABLE test_note ADD COLUMN pages INTEGER'));
    expect(Object.keys((await all())[0] ?? {})).to.deep.equal(['id', 'title', 'blob_id', 'pages']);
    for (let number = 0; number < 1200; number += 1) {
      const [row] = await portal.unitOfWork.read((reader) => reader.query(`SELECT ${number} AS number`));
      expect(row).to.deep.equal({ number });
    }
  });

  it('reads only when it reads', async () => {
    const attempts: ((reader: Reader) => Promise<unknown>)[] = [
      (reader) => reader.query("INSERT INTO test_note (id, title) VALUES ('x', 'x')"),
      (reader) => reader.query('DELETE FROM test_note'),
    ];
    for (const attempt of attempts) expect(await codeFrom(portal.unitOfWork.read(attempt))).to.equal('write-in-read');
    const methods = await portal.unitOfWork.read(async (reader) => Object.keys(reader.repository(Note)).sort());
    expect(methods).to.deep.equal(['countBy', 'existsBy', 'find', 'findBy', 'findOne', 'findOneBy']);
  });

  it('undoes a transaction that takes too long, and the next one runs', async () => {
    await portal.close();
    portal = await createPortal({ transactionMillis: 30 });
    const stuck = portal.unitOfWork.write(async (transaction) => {
      await transaction.repository(Note).insert(note('stuck'));
      await new Promise(() => undefined);
    });
    const next = insert('next');
    expect(await codeFrom(stuck)).to.equal('transaction-timeout');
    await next;
    expect(await titles(portal)).to.deep.equal(['next']);
  });

  it('refuses who waits too long in the queue', async () => {
    await portal.close();
    portal = await createPortal({ queueMillis: 20 });
    const slow = portal.unitOfWork.write(() => delay(100));
    expect(await codeFrom(insert('too late'))).to.equal('database-busy');
    await slow;
    await insert('in time');
    expect(await titles(portal)).to.deep.equal(['in time']);
  });

  it('lets waiting writes finish when it closes, and refuses new ones', async () => {
    const waiting = [insert('a'), insert('b')];
    const closed = portal.close();
    const refused = await insert('c').catch((error: PortalError) => error);
    expect(refused).to.include({ code: 'database-closed', status: 503, retryAfter: 5 });
    await Promise.all([...waiting, closed]);
    portal = await createPortal({ home: portal.home });
    expect(await titles(portal)).to.deep.equal(['a', 'b']);
  });
});
