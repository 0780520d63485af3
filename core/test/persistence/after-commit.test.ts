import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'chai';
import { note, titles } from './fixtures/note-rows.js';
import { Note } from './fixtures/notes.js';
import { codeFrom, createPortal, removeHomes, type TestPortal } from './fixtures/portal.js';

describe('what follows a commit', () => {
  let portal: TestPortal;
  const insert = (title: string): Promise<unknown> =>
    portal.unitOfWork.write((transaction) => transaction.repository(Note).insert(note(title)));

  beforeEach(async () => {
    portal = await createPortal();
  });
  afterEach(() => portal.close());
  after(removeHomes);

  it('runs effects after the commit, in order, and outlives one that throws', async () => {
    const heard: string[] = [];
    await portal.unitOfWork.write(async (transaction) => {
      transaction.afterCommit(async () => {
        await delay(5);
        heard.push(`first sees ${(await titles(portal)).join()}`);
      });
      transaction.afterCommit(() => {
        throw new Error('an effect failed');
      });
      transaction.afterCommit(() => void heard.push('third'));
      await transaction.repository(Note).insert(note('a'));
      expect(heard).to.deep.equal([]);
    });
    expect(heard).to.deep.equal(['first sees a', 'third']);
    expect(portal.log.lines.map((line) => line.message)).to.deep.equal([
      'Something that follows a commit failed; the commit stands.',
    ]);
  });

  it('runs the effects of transactions in the order of their commits', async () => {
    const heard: number[] = [];
    const write = (number: number): Promise<void> =>
      portal.unitOfWork.write(async (transaction) => {
        transaction.afterCommit(() => delay(number === 0 ? 20 : 0));
        transaction.afterCommit(() => void heard.push(number));
      });
    await Promise.all([write(0), write(1), write(2)]);
    expect(heard).to.deep.equal([0, 1, 2]);
  });

  it('lets an effect write, while others write', async () => {
    const first = portal.unitOfWork.write(async (transaction) => {
      transaction.afterCommit(() =>
        portal.unitOfWork.write(async (following) => {
          await following.repository(Note).insert(note('by an effect'));
          following.afterCommit(() => insert('by an effect of an effect').then(() => undefined));
        }),
      );
    });
    await Promise.all([first, insert('beside')]);
    expect(await titles(portal)).to.deep.equal(['beside', 'by an effect', 'by an effect of an effect']);
  });

  it('waits for no effect that never ends', async () => {
    await portal.close();
    portal = await createPortal({ transactionMillis: 30 });
    const heard: string[] = [];
    const stuck = portal.unitOfWork.write(async (transaction) => {
      transaction.afterCommit(() => new Promise(() => undefined));
      transaction.afterCommit(() => void heard.push('after the stuck one'));
    });
    await portal.unitOfWork.write(async (transaction) => transaction.afterCommit(() => void heard.push('next')));
    await stuck;
    expect(heard).to.deep.equal(['after the stuck one', 'next']);
    expect(portal.log.lines).to.have.length(1);
  });

  it('runs no effect of a transaction that rolled back', async () => {
    const heard: string[] = [];
    await codeFrom(
      portal.unitOfWork.write(async (transaction) => {
        transaction.afterCommit(() => void heard.push('effect'));
        throw new Error('no');
      }),
    );
    expect(heard).to.deep.equal([]);
  });
});
