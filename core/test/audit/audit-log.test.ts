import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import type { AuditEntry, AuditLog, AuditRecord } from '../../api/index.js';
import { auditEntities, auditMigrations, StoredAuditLog, StoredSecurityEvents } from '../../audit/index.js';
import { Logs } from '../../diagnostics/log.js';
import { openPersistence, type Persistence } from '../../persistence/index.js';
import { SystemClock, UuidIds } from '../../portal/machine.js';

const ada = { id: 'ada', name: 'Ada Lovelace' };
const entry: AuditEntry = { area: 'flags', subject: 'LPD-1', scope: 'instance', action: 'changed', by: ada, via: 'screen' };

describe('The audit log', () => {
  let home: string;
  let persistence: Persistence;
  let log: AuditLog;
  beforeEach(async () => {
    home = await mkdtemp(join(tmpdir(), 'portico-audit-'));
    const clock = new SystemClock();
    const ids = new UuidIds();
    const silent = new Logs({ level: 'silent' }).for('core');
    persistence = await openPersistence({ home, clock, ids, log: silent, version: '1.0.0', entities: auditEntities });
    await persistence.migrate('audit', auditMigrations);
    log = new StoredAuditLog({ unitOfWork: persistence.unitOfWork, clock, ids });
  });
  afterEach(async () => {
    await persistence.close();
    await rm(home, { recursive: true, force: true });
  });

  const record = (...entries: readonly AuditEntry[]): Promise<void> =>
    persistence.unitOfWork.write(async (transaction) => {
      for (const each of entries) await log.record(transaction, each);
    });
  const subjects = (records: readonly AuditRecord[]): readonly string[] => records.map(({ subject }) => subject);

  it('tells who, when, what and where from, as it was recorded', async () => {
    const full = { ...entry, attribute: 'enabled', before: false, after: { on: [1, 'two'] }, reason: 'Because.' };
    await record(full);
    const [found] = (await log.list({})).records;
    expect({ ...found, id: '', at: '' }).to.deep.equal({ ...full, id: '', at: '', number: 1 });
    expect(found?.at).to.be.instanceOf(Date);
  });

  it('forgets what was recorded in a transaction that failed', async () => {
    const failed = persistence.unitOfWork.write(async (transaction) => {
      await log.record(transaction, entry);
      throw new Error('No.');
    });
    expect(await failed.catch((error: Error) => error.message)).to.equal('No.');
    expect((await log.list({})).records).to.deep.equal([]);
  });

  it('takes little of what whoever is refused may choose at any length', async () => {
    const { unitOfWork } = persistence;
    const silent = new Logs({ level: 'silent' }).for('core');
    const events = new StoredSecurityEvents({ unitOfWork, audit: log, clock: new SystemClock(), log: silent });
    events.occurred({ action: 'denied', subject: 'x'.repeat(9000), attribute: `GET /${'y'.repeat(9000)}` });
    await events.dispose();
    const [{ subject, attribute } = { subject: '', attribute: '' }] = (await log.list({})).records;
    expect([subject, attribute]).to.deep.equal(['x'.repeat(200), `GET /${'y'.repeat(195)}`]);
  });

  it('is read newest first, page by page, nothing twice and nothing left out', async () => {
    const all = Array.from({ length: 23 }, (_, index) => ({ ...entry, subject: `flag-${index}` }));
    await record(...all);
    const seen: string[] = [];
    let cursor: string | undefined;
    for (let pages = 0; pages < 5; pages += 1) {
      const page = await log.list({}, cursor, 10);
      seen.push(...subjects(page.records));
      cursor = page.next;
      if (!cursor) break;
    }
    expect(seen).to.deep.equal(all.map(({ subject }) => subject).reverse());
  });

  it('finds what all parts of a filter hold for', async () => {
    const bob = { id: 'bob', name: 'Bob' };
    await record(
      { ...entry, subject: 'a', attribute: 'Key' },
      { ...entry, subject: 'b', by: bob, via: 'command' },
      { ...entry, subject: 'c', area: 'settings', scope: 'site-1' },
    );
    const find = async (filter: Parameters<AuditLog['list']>[0]): Promise<readonly string[]> =>
      subjects((await log.list(filter)).records);
    expect(await find({ area: 'flags' })).to.deep.equal(['b', 'a']);
    expect(await find({ area: 'flags', subject: 'a' })).to.deep.equal(['a']);
    expect(await find({ attribute: 'Key' })).to.deep.equal(['a']);
    expect(await find({ scope: 'site-1' })).to.deep.equal(['c']);
    expect(await find({ by: 'bob', via: 'command' })).to.deep.equal(['b']);
    expect(await find({ by: 'bob', via: 'screen' })).to.deep.equal([]);
    expect(await find({ text: 'LOVE' })).to.deep.equal(['c', 'a']);
    expect(await find({ text: 'a.key' })).to.deep.equal(['a']);
    expect(await find({ from: new Date(0), until: new Date(1) })).to.deep.equal([]);
    expect(await find({ from: new Date(0) })).to.deep.equal(['c', 'b', 'a']);
  });

  it('finds people whatever the case and the accents of their names, and takes signs of patterns for what they are', async () => {
    await record(
      { ...entry, subject: 'a', by: { id: 'emile', name: 'Émile Groß' } },
      { ...entry, subject: 'b', by: { id: 'anna', name: 'Анна Йорк' } },
      { ...entry, subject: '100%' },
    );
    const find = async (text: string): Promise<readonly string[]> => subjects((await log.list({ text })).records);
    for (const text of ['emile', 'ÉMILE', 'GROSS', 'gross émile']) expect(await find(text), text).to.deep.equal(['a']);
    expect(await find('ЙОРК')).to.deep.equal(['b']);
    expect(await find('0%')).to.deep.equal(['100%']);
    expect(await find('%')).to.deep.equal(['100%']);
  });
});
