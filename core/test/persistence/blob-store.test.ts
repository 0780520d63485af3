import { existsSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { PortalError, type StoredBlob } from '@portico/core';
import { expect } from 'chai';
import {
  bytesFrom,
  bytesOf,
  codeFrom,
  createPortal,
  filesBelow,
  ids,
  keepNote,
  removeHomes,
  sha256,
  type TestPortal,
} from './fixtures/portal.js';

const kilobyte = 1024;
const megabyte = 1024 * kilobyte;

describe('the blob store', () => {
  let portal: TestPortal;
  const keep = async (content: Uint8Array): Promise<StoredBlob> => {
    const blob = await portal.blobs.store(content, { maxBytes: content.length });
    await portal.unitOfWork.write((transaction) => transaction.keepBlob(blob));
    return blob;
  };
  const files = (): string[] => filesBelow(join(portal.home, 'blobs'));
  const read = async (id: string, range?: { start: number; end: number }): Promise<Buffer> =>
    bytesOf(await portal.blobs.open(id, range));

  before(async () => {
    portal = await createPortal();
  });
  beforeEach(() => rmSync(join(portal.home, 'blobs'), { recursive: true, force: true }));
  beforeEach(async () => {
    await portal.close();
    portal = await createPortal();
  });
  after(() => portal.close());
  after(removeHomes);

  for (const size of [0, 1, 20 * kilobyte, 128 * kilobyte, 128 * kilobyte + 1, megabyte, 9 * megabyte]) {
    it(`gives ${size} bytes back as they came, by stream and by array`, async () => {
      const content = bytesFrom('whole', size);
      const kept = await keep(content);
      const streamed = await portal.blobs.store(Readable.from(pieces(content, 50_000)), { maxBytes: size });
      expect(kept).to.include({ size, sha256: sha256(content) });
      expect(streamed).to.include({ size, sha256: sha256(content) });
      for (const id of [kept.id, kept.id, streamed.id]) expect((await read(id)).equals(content)).to.equal(true);
      expect(readFileSync(portal.blobs.pathOf(kept.id)).equals(content)).to.equal(true);
    });
  }

  it('gives ranges, cut to the last byte', async () => {
    for (const size of [1000, 9 * megabyte]) {
      const content = bytesFrom('ranges', size);
      const { id } = await keep(content);
      for (const [start, end] of [
        [0, 0],
        [10, 99],
        [size - 1, size - 1],
        [size - 5, size + 500],
        [0, size - 1],
      ] as const) {
        expect((await read(id, { start, end })).equals(content.subarray(start, end + 1))).to.equal(true);
      }
    }
  });

  it('refuses ranges that are not there', async () => {
    const { id } = await keep(bytesFrom('range', 100));
    for (const range of [
      { start: 100, end: 200 },
      { start: 5, end: 4 },
      { start: -1, end: 4 },
    ]) {
      expect(await codeFrom(portal.blobs.open(id, range))).to.equal('range-not-satisfiable');
    }
  });

  it('puts blobs of one time into one folder, two levels down', async () => {
    const { id } = await keep(Buffer.from('x'));
    expect(portal.blobs.pathOf(id)).to.equal(join(portal.home, 'blobs', id.slice(2, 4), id.slice(4, 6), id));
    expect(existsSync(portal.blobs.pathOf(id))).to.equal(true);
  });

  it('takes nothing for a path but an id', async () => {
    for (const id of ['../../portico.db', '', 'a/b', '/etc/passwd', ids.next().toUpperCase()]) {
      expect(() => portal.blobs.pathOf(id)).to.throw('missing');
      expect(await codeFrom(portal.blobs.open(id))).to.equal('blob-missing');
    }
  });

  it('cuts off what is too large and leaves nothing of it', async () => {
    const tooMuch = Readable.from(pieces(bytesFrom('large', 300_001), 50_000));
    expect(await codeFrom(portal.blobs.store(tooMuch, { maxBytes: 300_000 }))).to.equal('too-large');
    expect(tooMuch.destroyed).to.equal(true);
    expect(await codeFrom(portal.blobs.store(Buffer.alloc(11), { maxBytes: 10 }))).to.equal('too-large');
    expect(files()).to.deep.equal([]);
    expect((await portal.blobs.store(Buffer.alloc(10), { maxBytes: 10 })).size).to.equal(10);
  });

  it('leaves nothing of an upload that breaks off', async () => {
    const cut = new PassThrough();
    const stored = codeFrom(portal.blobs.store(cut, { maxBytes: megabyte }));
    cut.write(Buffer.alloc(70_000));
    setImmediate(() => cut.destroy());
    expect(await stored).to.equal('upload-aborted');
    const broken = new PassThrough();
    const second = codeFrom(portal.blobs.store(broken, { maxBytes: megabyte }));
    broken.write(Buffer.alloc(70_000));
    setImmediate(() => broken.destroy(Object.assign(new Error('read EIO'), { code: 'EIO' })));
    expect(await second).to.equal('upload-aborted');
    expect(files()).to.deep.equal([]);
    expect(portal.health()).to.deep.equal({ writable: true });
  });

  it('passes on why a source refused to go on', async () => {
    const source = new PassThrough();
    const stored = codeFrom(portal.blobs.store(source, { maxBytes: megabyte }));
    source.destroy(new PortalError('not-an-image' as never, 'This is no image.', { status: 415 }));
    expect(await stored).to.equal('not-an-image');
    expect(files()).to.deep.equal([]);
  });

  it('stores many at once', async () => {
    const contents = Array.from({ length: 60 }, (_, number) => bytesFrom(`many ${number}`, 1000 + number * 997));
    const blobs = await Promise.all(contents.map((content) => keep(content)));
    for (const [index, { id }] of blobs.entries()) expect(await read(id)).to.deep.equal(contents[index]);
    expect(readdirSync(join(portal.home, 'blobs', 'staging'))).to.deep.equal([]);
  });

  it('deletes the file after the commit that drops it, and not after a rollback', async () => {
    const content = bytesFrom('dropped', 1000);
    const { id } = await keep(content);
    const undone = portal.unitOfWork.write(async (transaction) => {
      await transaction.dropBlob(id);
      throw new Error('no');
    });
    await codeFrom(undone);
    expect(await read(id)).to.deep.equal(content);
    await portal.unitOfWork.write(async (transaction) => {
      await transaction.dropBlob(id);
      expect(existsSync(portal.blobs.pathOf(id))).to.equal(true);
    });
    expect(existsSync(portal.blobs.pathOf(id))).to.equal(false);
    expect(await codeFrom(portal.blobs.open(id))).to.equal('blob-missing');
    await portal.unitOfWork.write((transaction) => transaction.dropBlob(id));
  });

  it('takes back what nobody kept, and only that', async () => {
    const loose = await portal.blobs.store(Buffer.from('loose'), { maxBytes: 10 });
    await portal.blobs.discard(loose.id);
    await portal.blobs.discard(loose.id);
    expect(await codeFrom(portal.blobs.open(loose.id))).to.equal('blob-missing');
    const kept = await keep(Buffer.from('kept'));
    await portal.blobs.discard(kept.id);
    expect(await read(kept.id)).to.deep.equal(Buffer.from('kept'));
  });

  it('keeps no blob whose file is not there', async () => {
    const blob = await portal.blobs.store(Buffer.from('gone'), { maxBytes: 10 });
    await portal.blobs.discard(blob.id);
    expect(await codeFrom(portal.unitOfWork.write((transaction) => transaction.keepBlob(blob)))).to.equal('blob-missing');
  });

  it('lets a reader finish while the blob is deleted', async () => {
    const content = bytesFrom('read and deleted', 2 * megabyte);
    const { id } = await keep(content);
    const stream = await portal.blobs.open(id);
    await portal.unitOfWork.write((transaction) => transaction.dropBlob(id));
    expect((await bytesOf(stream)).equals(content)).to.equal(true);
  });

  describe('with a damaged file', () => {
    const served = async (id: string, range?: { start: number; end: number }): Promise<Buffer[]> => {
      const chunks: Buffer[] = [];
      for await (const chunk of await portal.blobs.open(id, range)) chunks.push(chunk as Buffer);
      return chunks;
    };
    const spoil = (id: string): void => {
      const path = portal.blobs.pathOf(id);
      const bytes = readFileSync(path);
      bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 1;
      writeFileSync(path, bytes);
    };

    it('says that a missing one is missing', async () => {
      const note = await keepNote(portal, 'missing', bytesFrom('missing', 5000));
      rmSync(portal.blobs.pathOf(note.blobId ?? ''));
      expect(await codeFrom(portal.blobs.open(note.blobId ?? ''))).to.equal('blob-missing');
      expect(portal.log.lines.map((line) => line.message)).to.deep.equal(['A blob that a row points to is missing.']);
    });

    for (const size of [5000, 500_000, 9 * megabyte]) {
      it(`serves nothing of ${size} bytes that were cut short`, async () => {
        const { id } = await keep(bytesFrom('short', size));
        truncateSync(portal.blobs.pathOf(id), size - 1);
        expect(await codeFrom(portal.blobs.open(id))).to.equal('blob-damaged');
        expect(await codeFrom(portal.blobs.open(id, { start: 0, end: 10 }))).to.equal('blob-damaged');
      });

      it(`never serves ${size} other bytes as the whole`, async () => {
        const { id } = await keep(bytesFrom('other', size));
        spoil(id);
        expect(await codeFrom(served(id))).to.equal('blob-damaged');
        expect(await codeFrom(served(id))).to.equal('blob-damaged');
        expect(await codeFrom(portal.blobs.open(id, { start: 0, end: 10 }))).to.equal('blob-damaged');
      });

      it(`notices when ${size} bytes that were right before are changed`, async () => {
        const { id } = await keep(bytesFrom('changed', size));
        await served(id);
        spoil(id);
        expect(await codeFrom(served(id))).to.equal('blob-damaged');
      });
    }

    it('looks at a large one after a part of it was asked for', async () => {
      const { id } = await keep(bytesFrom('part', 9 * megabyte));
      spoil(id);
      await served(id, { start: 0, end: 10 });
      const condemned = async (): Promise<boolean> => (await codeFrom(served(id, { start: 0, end: 10 }))) === 'blob-damaged';
      let found = false;
      for (let turn = 0; turn < 500 && !found; turn += 1) found = await condemned();
      expect(found).to.equal(true);
    });
  });
});

function* pieces(content: Buffer, size: number): Generator<Buffer> {
  for (let at = 0; at < content.length; at += size) yield content.subarray(at, at + size);
}
