import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { expect } from 'chai';
import type { AuditEntry, AuditVerification } from '../../api/index.js';
import { auditEntities, auditMigrations, StoredAuditChain, StoredAuditLog } from '../../audit/index.js';
import { Logs } from '../../diagnostics/log.js';
import { openPersistence, type Persistence } from '../../persistence/index.js';
import { SystemClock, UuidIds } from '../../portal/machine.js';
import { AesSecretBox, openKeyRing } from '../../secrets/index.js';

const ada = { id: 'ada', name: 'Ada Lovelace' };
const entry: AuditEntry = { area: 'flags', subject: 'LPD-1', scope: 'instance', action: 'changed', by: ada, via: 'screen' };
const day = 86_400_000;

/** A clock that is set by hand. */
class SetClock extends SystemClock {
  offset = 0;

  override now(): Date {
    return new Date(super.now().getTime() + this.offset);
  }
}

interface Opened {
  readonly persistence: Persistence;
  readonly log: StoredAuditLog;
  readonly chain: StoredAuditChain;
}

describe('The chain of the audit log', () => {
  const homes: string[] = [];
  const openedOnes: Persistence[] = [];
  const clock = new SetClock();
  let home: string;

  async function newHome(): Promise<string> {
    const made = await mkdtemp(join(tmpdir(), 'portico-chain-'));
    homes.push(made);
    return made;
  }

  async function open(at: string, migrations = auditMigrations): Promise<Opened> {
    const ids = new UuidIds();
    const silent = new Logs({ level: 'silent' }).for('core');
    const persistence = await openPersistence({ home: at, clock, ids, log: silent, version: '1.0.0', entities: auditEntities });
    openedOnes.push(persistence);
    const { unitOfWork } = persistence;
    await persistence.migrate('audit', migrations);
    const log = new StoredAuditLog({ unitOfWork, clock, ids, box: new AesSecretBox(openKeyRing({ home: at })) });
    if (migrations === auditMigrations) await log.open();
    return { persistence, log, chain: new StoredAuditChain({ unitOfWork, log }) };
  }

  beforeEach(async () => {
    clock.offset = 0;
    home = await newHome();
  });
  afterEach(async () => {
    for (const persistence of openedOnes.splice(0)) await persistence.close();
    for (const made of homes.splice(0)) await rm(made, { recursive: true, force: true });
  });

  async function record({ persistence, log }: Opened, count: number, change: Partial<AuditEntry> = {}): Promise<void> {
    await persistence.unitOfWork.write(async (transaction) => {
      for (let index = 0; index < count; index += 1) await log.record(transaction, { ...entry, ...change });
    });
  }

  /** As somebody who can write to the file. */
  function byHand(...statements: readonly string[]): void {
    const database = new Database(join(home, 'portico.db'));
    for (const statement of statements) database.exec(statement);
    database.close();
  }

  const problems = async ({ chain }: Opened): Promise<readonly string[]> => (await chain.verify()).problems;

  it('holds after fifty changes side by side, of which some were undone', async () => {
    const opened = await open(home);
    const { persistence, log, chain } = opened;
    const changes = Array.from({ length: 50 }, (_, index) =>
      persistence.unitOfWork
        .write(async (transaction) => {
          await log.record(transaction, { ...entry, subject: `flag-${index}` });
          await log.record(transaction, { ...entry, subject: `flag-${index}`, action: 'noted' });
          if (index % 5 === 0) throw new Error('Undone.');
        })
        .catch(() => undefined),
    );
    await Promise.all(changes);
    const { head, ...rest } = await chain.verify();
    expect(rest).to.deep.equal({ entries: 80, removedUpTo: 0, anonymised: 0, problems: [] });
    expect(head.number).to.equal(80);
    expect((await log.list({}, undefined, 500)).records.map(({ number }) => number)).to.deep.equal(
      Array.from({ length: 80 }, (_, index) => 80 - index),
    );
  });

  it('misses its last three entries when somebody took them away', async () => {
    const opened = await open(home);
    await record(opened, 10);
    byHand('DELETE FROM portico_audit WHERE number > 7');
    expect(await problems(opened)).to.deep.equal(['The last 3 entries are missing from the audit log: number 8 to 10.']);
  });

  it('notices that its end was moved to where somebody cut it off', async () => {
    const opened = await open(home);
    await record(opened, 10);
    byHand(
      'DELETE FROM portico_audit WHERE number > 7',
      "UPDATE portico_audit_chain SET number = 7, hash = (SELECT hash FROM portico_audit WHERE number = 7) WHERE part = 'head'",
    );
    expect(await problems(opened)).to.deep.equal(['The note of the newest entry of the audit log was changed.']);
  });

  it('names an entry that was changed, taken away or put in', async () => {
    const opened = await open(home);
    await record(opened, 10);
    byHand(`UPDATE portico_audit SET by_name = 'Somebody else' WHERE number = 4`);
    expect(await problems(opened)).to.deep.equal(['Entry 4 was changed: it does not say what it said when it was written.']);
    byHand(`UPDATE portico_audit SET by_name = 'Ada Lovelace', action = 'removed' WHERE number = 4`);
    expect(await problems(opened)).to.deep.equal(['Entry 4 was changed, or is not the one that followed entry 3.']);
    byHand(`UPDATE portico_audit SET action = 'changed' WHERE number = 4`, 'DELETE FROM portico_audit WHERE number IN (6, 7)');
    expect(await problems(opened)).to.deep.equal(['2 entries are missing from the audit log: number 6 to 7.']);
    byHand(`
      INSERT INTO portico_audit (id, at, area, subject, scope, action, by_id, by_name, via, search_text)
      SELECT 'ffffffff', at, area, subject, scope, 'granted', by_id, by_name, via, search_text FROM portico_audit WHERE number = 8`);
    expect((await problems(opened)).at(-1)).to.equal('One entry is in the audit log that the portal did not write there.');
  });

  it('is verified after backup and restore, with the key of the home', async () => {
    const opened = await open(home);
    await record(opened, 5);
    const copy = await newHome();
    new Database(join(home, 'portico.db')).prepare(`VACUUM INTO '${join(copy, 'portico.db')}'`).run();
    await cp(join(home, 'master.key'), join(copy, 'master.key'));
    await record(opened, 2);
    const restored = await open(copy);
    expect(await problems(restored)).to.deep.equal([]);
    await record(restored, 2);
    const { entries, problems: found } = await restored.chain.verify();
    expect({ entries, found }).to.deep.equal({ entries: 7, found: [] });
  });

  it('says that it cannot be checked where the master key is another one, and goes on under the new one', async () => {
    const opened = await open(home);
    await record(opened, 2);
    await opened.persistence.close();
    openedOnes.length = 0;
    await rm(join(home, 'master.key'));
    const later = await open(home);
    await record(later, 2);
    expect((await later.log.list({ area: 'audit' })).records.map(({ action }) => action)).to.deep.equal(['key-replaced']);
    const sentence = 'cannot be checked: the master key that its hash was made under is not there.';
    expect(await problems(later)).to.deep.equal([`Entry 1 ${sentence}`, `Entry 2 ${sentence}`]);
  });

  it('lets retention take the oldest, tells that from what somebody took, and stays whole', async () => {
    const opened = await open(home);
    clock.offset = -10 * day;
    await record(opened, 1200);
    clock.offset = 0;
    await record(opened, 5);
    expect(await opened.chain.removeBefore(new Date(Date.now() - 5 * day))).to.equal(1200);
    const { head: _, ...rest } = await opened.chain.verify();
    expect(rest).to.deep.equal({ entries: 6, removedUpTo: 1200, anonymised: 0, problems: [] });
    const { records } = await opened.log.list({ area: 'audit' });
    expect(records.map(({ action, after }) => ({ action, entries: (after as { entries: number }).entries }))).to.deep.equal([
      { action: 'removed', entries: 1200 },
    ]);
    expect(await opened.chain.removeBefore(new Date(Date.now() - 5 * day))).to.equal(0);
    byHand('DELETE FROM portico_audit WHERE number = 1201');
    expect(await problems(opened)).to.deep.equal(['One entry is missing from the audit log: number 1201.']);
    byHand(
      "UPDATE portico_audit_chain SET number = 1202, hash = (SELECT hash FROM portico_audit WHERE number = 1202) WHERE part = 'start'",
    );
    expect(await problems(opened)).to.include('The note of the entries that were removed for their age was changed.');
  });

  it('forgets a person, and still holds', async () => {
    const opened = await open(home);
    const { persistence, log, chain } = opened;
    const eve = { id: 'eve', name: 'Eve Example' };
    await record(opened, 2);
    await record(opened, 1, { by: eve, reason: 'It was hers.' });
    await record(opened, 1, { area: 'people', subject: 'eve@example.org', about: 'eve', after: { name: 'Eve Example' } });
    await record(opened, 1, { area: 'api-tokens', subject: 'eve@example.org', attribute: 'Her token' });
    const forgotten = await persistence.unitOfWork.write((transaction) => log.anonymise(transaction, 'eve', ['eve@example.org']));
    expect(forgotten).to.equal(3);
    // Once more, as for somebody who was only half forgotten.
    await persistence.unitOfWork.write((transaction) => log.anonymise(transaction, 'eve'));
    const { head: _, ...rest } = await chain.verify();
    expect(rest).to.deep.equal({ entries: 5, removedUpTo: 0, anonymised: 3, problems: [] });
    const { records } = await log.list({});
    expect(JSON.stringify(records)).to.not.match(/eve example|eve@|her token/i);
    expect(records.map(({ subject, by }) => [subject, by.name])).to.deep.equal([
      ['', 'Ada Lovelace'],
      ['', 'Ada Lovelace'],
      ['LPD-1', ''],
      ['LPD-1', 'Ada Lovelace'],
      ['LPD-1', 'Ada Lovelace'],
    ]);
    byHand("UPDATE portico_audit SET by_name = '', who_salt = NULL WHERE number = 1");
    expect(await problems(opened)).to.deep.equal(['Entry 1 was emptied, and not by the portal.']);
  });

  it('takes in the entries of a log that had no chain, and says so', async () => {
    const before = await open(home, auditMigrations.slice(0, 2));
    const insert = `INSERT INTO portico_audit (id, at, area, subject, scope, action, by_id, by_name, via, search_text)
      WITH RECURSIVE n (value) AS (SELECT 1 UNION ALL SELECT value + 1 FROM n WHERE value < 1100)
      SELECT printf('%012d', value), '2026-01-01T00:00:00.000Z', 'flags', 'sun', 'instance', 'changed', 'x', 'X', 'system', '' FROM n`;
    byHand(insert);
    await before.persistence.close();
    openedOnes.length = 0;
    const opened = await open(home);
    await record(opened, 1);
    const verified: AuditVerification = await opened.chain.verify();
    expect({ entries: verified.entries, problems: verified.problems }).to.deep.equal({ entries: 1102, problems: [] });
    const { records } = await opened.log.list({ area: 'audit' });
    expect(records.map(({ action, after }) => ({ action, after }))).to.deep.equal([
      { action: 'hashed', after: { entries: 1100 } },
    ]);
  });
});
