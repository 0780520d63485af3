import { randomInt } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'chai';
import { run } from './fixtures/child.js';
import { bytesOf, filesBelow, findings, hours, keepNote, makeHome, openHouse, removeHomes, sha256 } from './fixtures/house.js';
import { Note } from './fixtures/notes.js';

const rounds = 15;

describe('kill -9', function () {
  this.timeout(180_000);
  after(removeHomes);

  it('at any point of uploads and deletions loses nothing acknowledged and leaves nothing half-made', async () => {
    const home = makeHome();
    const there = new Map<string, string>();
    const gone = new Set<string>();
    const doubtful = new Set<string>();
    for (let round = 0; round < rounds; round += 1) {
      const child = run('uploader', [home]);
      await child.until((lines) => lines.includes('ready'));
      await delay(randomInt(1, 400));
      child.process.kill('SIGKILL');
      expect(await child.ended).to.equal('SIGKILL');
      for (const line of child.lines) {
        const [word = '', id = '', sha = ''] = line.split(' ');
        if (word === 'added') there.set(id, sha);
        if (word === 'removing') doubtful.add(id);
        if (word === 'removed') gone.add(id);
      }

      const house = await openHouse({ home });
      const notes = await house.unitOfWork.read((reader) => reader.repository(Note).find());
      const byId = new Map(notes.map((note) => [note.id, note]));
      const lost = [...there.keys()].filter((id) => !doubtful.has(id) && !byId.has(id));
      const revived = [...gone].filter((id) => byId.has(id));
      expect({ lost, revived }).to.deep.equal({ lost: [], revived: [] });
      for (const note of notes) {
        const bytes = await bytesOf(await house.blobs.open(note.blobId ?? ''));
        expect(sha256(bytes), `bytes of ${note.id}`).to.equal(note.title);
        if (there.has(note.id)) expect(note.title).to.equal(there.get(note.id));
      }
      const halves = await house.unitOfWork.read((reader) =>
        reader.query('SELECT id FROM portico_blob WHERE id NOT IN (SELECT blob_id FROM test_note)'),
      );
      expect(halves).to.deep.equal([]);
      await house.close();
    }
    expect(there.size).to.be.greaterThan(rounds);

    const house = await openHouse({ home });
    house.clock.forward(hours(25));
    const report = await house.sweep();
    expect(report.missing).to.deep.equal([]);
    expect(await findings(house)).to.deep.equal([]);
    const [kept] = await house.unitOfWork.read((reader) =>
      reader.query<{ blobs: number }>('SELECT count(*) AS blobs FROM portico_blob'),
    );
    expect(filesBelow(join(home, 'blobs'))).to.have.length(kept?.blobs ?? -1);
    await house.close();
  });

  it('in the middle of a migration leaves the old state, and the next start applies it', async () => {
    const home = makeHome();
    const before = await openHouse({ home });
    await keepNote(before, 'before', Buffer.from('before'));
    await before.close();
    for (let round = 0; round < 3; round += 1) {
      const child = run('slow-migration', [home]);
      await child.until((lines) => lines.length > 2 + 3 * round);
      child.process.kill('SIGKILL');
      expect(await child.ended).to.equal('SIGKILL');
      const house = await openHouse({ home });
      const tables = await house.unitOfWork.read((reader) => reader.query("SELECT name FROM sqlite_master WHERE name = 'heap'"));
      expect(tables).to.deep.equal([]);
      expect(await house.unitOfWork.read((reader) => reader.repository(Note).countBy({ title: 'before' }))).to.equal(1);
      expect(await findings(house)).to.deep.equal([]);
      await house.close();
    }
    const child = run('slow-migration', [home]);
    expect(await child.ended).to.equal(0);
    expect(child.lines.at(-1)).to.equal('done');
  });
});
