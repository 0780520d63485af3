import { randomInt } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'chai';
import { run } from './fixtures/child.js';
import { Note } from './fixtures/notes.js';
import {
  bytesOf,
  createPortal,
  filesBelow,
  findings,
  hours,
  keepNote,
  makeHome,
  removeHomes,
  sha256,
} from './fixtures/portal.js';

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

      const portal = await createPortal({ home });
      const notes = await portal.unitOfWork.read((reader) => reader.repository(Note).find());
      const byId = new Map(notes.map((note) => [note.id, note]));
      const lost = [...there.keys()].filter((id) => !doubtful.has(id) && !byId.has(id));
      const revived = [...gone].filter((id) => byId.has(id));
      expect({ lost, revived }).to.deep.equal({ lost: [], revived: [] });
      for (const note of notes) {
        const bytes = await bytesOf(await portal.blobs.open(note.blobId ?? ''));
        expect(sha256(bytes), `bytes of ${note.id}`).to.equal(note.title);
        if (there.has(note.id)) expect(note.title).to.equal(there.get(note.id));
      }
      const halves = await portal.unitOfWork.read((reader) =>
        reader.query('SELECT id FROM portico_blob WHERE id NOT IN (SELECT blob_id FROM test_note)'),
      );
      expect(halves).to.deep.equal([]);
      await portal.close();
    }
    expect(there.size).to.be.greaterThan(rounds);

    const portal = await createPortal({ home });
    portal.clock.forward(hours(25));
    const report = await portal.sweep();
    expect(report.missing).to.deep.equal([]);
    expect(await findings(portal)).to.deep.equal([]);
    const [kept] = await portal.unitOfWork.read((reader) =>
      reader.query<{ blobs: number }>('SELECT count(*) AS blobs FROM portico_blob'),
    );
    expect(filesBelow(join(home, 'blobs'))).to.have.length(kept?.blobs ?? -1);
    await portal.close();
  });

  it('in the middle of a migration leaves the old state, and the next start applies it', async () => {
    const home = makeHome();
    const before = await createPortal({ home });
    await keepNote(before, 'before', Buffer.from('before'));
    await before.close();
    for (let round = 0; round < 3; round += 1) {
      const child = run('slow-migration', [home]);
      await child.until((lines) => lines.length > 2 + 3 * round);
      child.process.kill('SIGKILL');
      expect(await child.ended).to.equal('SIGKILL');
      const portal = await createPortal({ home });
      const tables = await portal.unitOfWork.read((reader) => reader.query("SELECT name FROM sqlite_master WHERE name = 'heap'"));
      expect(tables).to.deep.equal([]);
      expect(await portal.unitOfWork.read((reader) => reader.repository(Note).countBy({ title: 'before' }))).to.equal(1);
      expect(await findings(portal)).to.deep.equal([]);
      await portal.close();
    }
    const child = run('slow-migration', [home]);
    expect(await child.ended).to.equal(0);
    expect(child.lines.at(-1)).to.equal('done');
  });
});
