import { existsSync, mkdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'chai';
import { bytesFrom, bytesOf, findings, hours, ids, keepNote, openHouse, removeHomes, type TestHouse } from './fixtures/house.js';

describe('the sweeper and the checks', () => {
  let house: TestHouse;
  const nothing = { removedBlobs: 0, removedStaging: 0, missing: [] };
  const loose = async (): Promise<string> => (await house.blobs.store(bytesFrom('loose', 500), { maxBytes: 500 })).id;

  beforeEach(async () => {
    house = await openHouse();
  });
  afterEach(() => house.close());
  after(removeHomes);

  it('find nothing in a healthy house', async () => {
    await Promise.all(
      Array.from({ length: 20 }, (_, number) => keepNote(house, `note ${number}`, bytesFrom(`${number}`, 3000 * number))),
    );
    house.clock.forward(hours(100));
    expect(await house.sweep()).to.deep.equal(nothing);
    expect(await findings(house)).to.deep.equal([]);
  });

  it('take blobs without a row once they are older than the grace period', async () => {
    const kept = await keepNote(house, 'kept', bytesFrom('kept', 500));
    const id = await loose();
    house.clock.forward(hours(23));
    expect(await house.sweep()).to.deep.equal(nothing);
    expect(await findings(house)).to.deep.equal([]);
    house.clock.forward(hours(2));
    expect(await findings(house)).to.deep.equal([`Blob file ${id} belongs to nothing; the sweeper should have taken it.`]);
    expect(await house.sweep()).to.deep.equal({ ...nothing, removedBlobs: 1 });
    expect(existsSync(house.blobs.pathOf(id))).to.equal(false);
    expect(await bytesOf(await house.blobs.open(kept.blobId ?? ''))).to.deep.equal(bytesFrom('kept', 500));
    expect(await findings(house)).to.deep.equal([]);
  });

  it('take leftovers of uploads, and leave strange files alone', async () => {
    const staging = join(house.home, 'blobs', 'staging');
    await loose();
    writeFileSync(join(staging, ids.next()), 'half an upload');
    mkdirSync(join(house.home, 'blobs', 'notes'));
    const strange = [join(house.home, 'blobs', 'README'), join(house.home, 'blobs', 'notes', 'a.txt')];
    for (const file of strange) writeFileSync(file, 'mine');
    house.clock.forward(hours(25));
    expect(await house.sweep()).to.deep.equal({ removedBlobs: 1, removedStaging: 1, missing: [] });
    expect(strange.map((file) => existsSync(file))).to.deep.equal([true, true]);
  });

  it('spare a blob that is being kept while they look', async () => {
    const blob = await house.blobs.store(bytesFrom('late', 500), { maxBytes: 500 });
    house.clock.forward(hours(25));
    let swept: Promise<unknown> = Promise.resolve();
    await house.unitOfWork.write(async (transaction) => {
      await transaction.keepBlob(blob);
      await transaction.query('INSERT INTO test_note (id, title, blob_id) VALUES (?, ?, ?)', [ids.next(), 'late', blob.id]);
      await delay(20);
    });
    swept = house.sweep();
    expect(await swept).to.deep.equal(nothing);
    expect(await findings(house)).to.deep.equal([]);
  });

  it('report rows without blobs loudly and delete no row', async () => {
    const note = await keepNote(house, 'lost', bytesFrom('lost', 500));
    await keepNote(house, 'there', bytesFrom('there', 500));
    rmSync(house.blobs.pathOf(note.blobId ?? ''));
    expect(await house.sweep()).to.deep.equal({ ...nothing, missing: [note.blobId] });
    expect(house.log.lines).to.have.length(1);
    expect(house.log.lines[0]).to.deep.include({ level: 'error', facts: { count: 1, blobs: [note.blobId] } });
    const rows = await house.unitOfWork.read((reader) => reader.query('SELECT id FROM portico_blob'));
    expect(rows).to.have.length(2);
    expect(await findings(house)).to.deep.equal([`Blob ${note.blobId} is missing.`]);
  });

  it('find blobs of another size and with other bytes', async () => {
    const short = (await keepNote(house, 'short', bytesFrom('short', 500))).blobId ?? '';
    const other = (await keepNote(house, 'other', bytesFrom('other', 500))).blobId ?? '';
    await keepNote(house, 'whole', bytesFrom('whole', 500));
    truncateSync(house.blobs.pathOf(short), 499);
    writeFileSync(house.blobs.pathOf(other), bytesFrom('something else', 500));
    expect(await findings(house)).to.have.members([
      `Blob ${short} has 499 bytes instead of 500.`,
      `Blob ${other} has other bytes than were stored (its SHA-256 differs).`,
    ]);
  });

  it('find a damaged database', async () => {
    for (let number = 0; number < 300; number += 1) {
      await house.unitOfWork.write((transaction) =>
        transaction.query('INSERT INTO test_note (id, title) VALUES (?, ?)', [ids.next(), `${number} ${'x'.repeat(200)}`]),
      );
    }
    await house.close();
    const file = join(house.home, 'portico.db');
    const bytes = readFileSync(file);
    bytes.fill(0x55, bytes.length - 8192 + 100, bytes.length - 4096);
    writeFileSync(file, bytes);
    house = await openHouse({ home: house.home });
    expect((await findings(house)).join('\n')).to.include('The database says:');
  });

  it('find rows that refer to nothing', async () => {
    await house.unitOfWork.write((transaction) =>
      transaction.query(
        'CREATE TABLE child (id INTEGER PRIMARY KEY, note TEXT REFERENCES test_note (id) DEFERRABLE INITIALLY DEFERRED)',
      ),
    );
    await house.close();
    const { default: Database } = await import('better-sqlite3');
    const other = new Database(join(house.home, 'portico.db'));
    other.pragma('foreign_keys = OFF');
    other.exec("INSERT INTO child VALUES (1, 'nobody')");
    other.close();
    house = await openHouse({ home: house.home });
    expect(await findings(house)).to.deep.equal(['Row 1 of child refers to no row of test_note.']);
  });

  it('sweep by themselves soon after the start, and again', async () => {
    const { home } = house;
    const first = await loose();
    await house.close();
    house = await openHouse({ home, graceMillis: -1000, sweeping: { firstMillis: 5, everyMillis: 5 } });
    const gone = async (path: string): Promise<boolean> => {
      for (let turn = 0; turn < 500 && existsSync(path); turn += 1) await delay(5);
      return !existsSync(path);
    };
    const folder = dirname(house.blobs.pathOf(first));
    expect(await gone(join(folder, first))).to.equal(true);
    const second = house.blobs.pathOf(await loose().catch(() => first));
    expect(await gone(second)).to.equal(true);
  });
});
