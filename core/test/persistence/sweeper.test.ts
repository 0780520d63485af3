import { existsSync, mkdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'chai';
import {
  bytesFrom,
  bytesOf,
  createPortal,
  findings,
  hours,
  ids,
  keepNote,
  removeHomes,
  type TestPortal,
} from './fixtures/portal.js';

describe('the sweeper and the checks', () => {
  let portal: TestPortal;
  const nothing = { removedBlobs: 0, removedStaging: 0, missing: [] };
  const loose = async (): Promise<string> => (await portal.blobs.store(bytesFrom('loose', 500), { maxBytes: 500 })).id;

  beforeEach(async () => {
    portal = await createPortal();
  });
  afterEach(() => portal.close());
  after(removeHomes);

  it('find nothing in a healthy portal', async () => {
    await Promise.all(
      Array.from({ length: 20 }, (_, number) => keepNote(portal, `note ${number}`, bytesFrom(`${number}`, 3000 * number))),
    );
    portal.clock.forward(hours(100));
    expect(await portal.sweep()).to.deep.equal(nothing);
    expect(await findings(portal)).to.deep.equal([]);
  });

  it('take blobs without a row once they are older than the grace period', async () => {
    const kept = await keepNote(portal, 'kept', bytesFrom('kept', 500));
    const id = await loose();
    portal.clock.forward(hours(23));
    expect(await portal.sweep()).to.deep.equal(nothing);
    expect(await findings(portal)).to.deep.equal([]);
    portal.clock.forward(hours(2));
    expect(await findings(portal)).to.deep.equal([`Blob file ${id} belongs to nothing; the sweeper should have taken it.`]);
    expect(await portal.sweep()).to.deep.equal({ ...nothing, removedBlobs: 1 });
    expect(existsSync(portal.blobs.pathOf(id))).to.equal(false);
    expect(await bytesOf(await portal.blobs.open(kept.blobId ?? ''))).to.deep.equal(bytesFrom('kept', 500));
    expect(await findings(portal)).to.deep.equal([]);
  });

  it('take leftovers of uploads, and leave strange files alone', async () => {
    const staging = join(portal.home, 'blobs', 'staging');
    await loose();
    writeFileSync(join(staging, ids.next()), 'half an upload');
    mkdirSync(join(portal.home, 'blobs', 'notes'));
    const strange = [join(portal.home, 'blobs', 'README'), join(portal.home, 'blobs', 'notes', 'a.txt')];
    for (const file of strange) writeFileSync(file, 'mine');
    portal.clock.forward(hours(25));
    expect(await portal.sweep()).to.deep.equal({ removedBlobs: 1, removedStaging: 1, missing: [] });
    expect(strange.map((file) => existsSync(file))).to.deep.equal([true, true]);
  });

  it('spare a blob that is being kept while they look', async () => {
    const blob = await portal.blobs.store(bytesFrom('late', 500), { maxBytes: 500 });
    portal.clock.forward(hours(25));
    let swept: Promise<unknown> = Promise.resolve();
    await portal.unitOfWork.write(async (transaction) => {
      await transaction.keepBlob(blob);
      await transaction.query('INSERT INTO test_note (id, title, blob_id) VALUES (?, ?, ?)', [ids.next(), 'late', blob.id]);
      await delay(20);
    });
    swept = portal.sweep();
    expect(await swept).to.deep.equal(nothing);
    expect(await findings(portal)).to.deep.equal([]);
  });

  it('report rows without blobs loudly and delete no row', async () => {
    const note = await keepNote(portal, 'lost', bytesFrom('lost', 500));
    await keepNote(portal, 'there', bytesFrom('there', 500));
    rmSync(portal.blobs.pathOf(note.blobId ?? ''));
    expect(await portal.sweep()).to.deep.equal({ ...nothing, missing: [note.blobId] });
    expect(portal.log.lines).to.have.length(1);
    expect(portal.log.lines[0]).to.deep.include({ level: 'error', facts: { count: 1, blobs: [note.blobId] } });
    const rows = await portal.unitOfWork.read((reader) => reader.query('SELECT id FROM portico_blob'));
    expect(rows).to.have.length(2);
    expect(await findings(portal)).to.deep.equal([`Blob ${note.blobId} is missing.`]);
  });

  it('find blobs of another size and with other bytes', async () => {
    const short = (await keepNote(portal, 'short', bytesFrom('short', 500))).blobId ?? '';
    const other = (await keepNote(portal, 'other', bytesFrom('other', 500))).blobId ?? '';
    await keepNote(portal, 'whole', bytesFrom('whole', 500));
    truncateSync(portal.blobs.pathOf(short), 499);
    writeFileSync(portal.blobs.pathOf(other), bytesFrom('something else', 500));
    expect(await findings(portal)).to.have.members([
      `Blob ${short} has 499 bytes instead of 500.`,
      `Blob ${other} has other bytes than were stored (its SHA-256 differs).`,
    ]);
  });

  it('find a damaged database', async () => {
    for (let number = 0; number < 300; number += 1) {
      await portal.unitOfWork.write((transaction) =>
        transaction.query('INSERT INTO test_note (id, title) VALUES (?, ?)', [ids.next(), `${number} ${'x'.repeat(200)}`]),
      );
    }
    await portal.close();
    const file = join(portal.home, 'portico.db');
    const bytes = readFileSync(file);
    bytes.fill(0x55, bytes.length - 8192 + 100, bytes.length - 4096);
    writeFileSync(file, bytes);
    portal = await createPortal({ home: portal.home });
    expect((await findings(portal)).join('\n')).to.include('The database says:');
  });

  it('find rows that refer to nothing', async () => {
    await portal.unitOfWork.write((transaction) =>
      transaction.query(
        'CREATE TABLE child (id INTEGER PRIMARY KEY, note TEXT REFERENCES test_note (id) DEFERRABLE INITIALLY DEFERRED)',
      ),
    );
    await portal.close();
    const { default: Database } = await import('better-sqlite3');
    const other = new Database(join(portal.home, 'portico.db'));
    other.pragma('foreign_keys = OFF');
    other.exec("INSERT INTO child VALUES (1, 'nobody')");
    other.close();
    portal = await createPortal({ home: portal.home });
    expect(await findings(portal)).to.deep.equal(['Row 1 of child refers to no row of test_note.']);
  });

  it('sweep by themselves soon after the start, and again', async () => {
    const { home } = portal;
    const first = await loose();
    await portal.close();
    portal = await createPortal({ home, graceMillis: -1000, sweeping: { firstMillis: 5, everyMillis: 5 } });
    const gone = async (path: string): Promise<boolean> => {
      for (let turn = 0; turn < 500 && existsSync(path); turn += 1) await delay(5);
      return !existsSync(path);
    };
    const folder = dirname(portal.blobs.pathOf(first));
    expect(await gone(join(folder, first))).to.equal(true);
    const second = portal.blobs.pathOf(await loose().catch(() => first));
    expect(await gone(second)).to.equal(true);
  });
});
