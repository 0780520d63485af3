import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { BlobStore, UnitOfWork } from '@portico/core';
import { expect } from 'chai';
import sharp from 'sharp';
import { base, Library, picture } from '../testing/index.js';

describe('Files that came in under earlier rules', () => {
  let home: string;

  before(async () => {
    home = await mkdtemp(join(tmpdir(), 'portico-rules-'));
  });
  after(() => rm(home, { recursive: true, force: true }));

  it('get the type that their bytes have by the rules of today, in the background, and doctor counts what is left', async () => {
    let library = await Library.open({ home });
    const gif = await sharp(await picture(40, 30))
      .gif()
      .toBuffer();
    const film = Buffer.from('\0\0\0\x18ftypisom\0\0\0\0isomisom\0\0\0\x08mdat', 'latin1');
    const added = [
      await library.add({ name: 'moving.gif', content: gif }),
      await library.add({ name: 'film.mp4', content: film }),
      await library.add({ name: 'words.csv', content: Buffer.from('\ufeffName;Stadt\n', 'utf16le') }),
      await library.add({ name: 'icon.png', content: await picture(24, 24) }),
    ];
    const lost = await library.add({ name: 'lost.txt', content: Buffer.from('gone') });
    const [row] = await library.portal
      .service(UnitOfWork)
      .read((reader) =>
        reader.query<{ blobId: string }>('SELECT blob_id AS "blobId" FROM documents_media_document WHERE id = ?', [lost.id]),
      );
    await rm(library.portal.service(BlobStore).pathOf(row?.blobId ?? ''));
    const thumbnail = `${base}/documents/${added[3]?.id}/thumbnail`;
    await library.get(thumbnail).expect(200);
    const made = (): Promise<readonly { readonly blobId: string }[]> =>
      library.portal
        .service(UnitOfWork)
        .read((reader) => reader.query('SELECT blob_id AS "blobId" FROM documents_media_rendition'));
    const lossy = await sharp(await picture(24, 24))
      .webp({ quality: 80 })
      .toBuffer();
    const smeared = await library.portal.service(BlobStore).store(lossy, { maxBytes: lossy.length });
    await library.portal.service(UnitOfWork).write(async (transaction) => {
      await transaction.keepBlob(smeared);
      await transaction.query('UPDATE documents_media_rendition SET blob_id = ?, sha256 = ?, size = ?', [
        smeared.id,
        smeared.sha256,
        smeared.size,
      ]);
    });
    const before = await made();
    // As an earlier version of the module left them.
    await library.portal.service(UnitOfWork).write(async (transaction) => {
      for (const table of ['documents_media_document', 'documents_media_document_version'])
        await transaction.query(
          `UPDATE ${table} SET mime_type = 'application/octet-stream', charset = NULL, width = NULL, height = NULL WHERE name_is_not_png`.replace(
            'name_is_not_png',
            table.endsWith('version') ? 'document_id <> ?' : 'id <> ?',
          ),
          [added[3]?.id ?? ''],
        );
      await transaction.query("UPDATE documents_media_document SET kind = 'file' WHERE id <> ?", [added[3]?.id ?? '']);
      await transaction.query('UPDATE documents_media_document_version SET type_rules = 0');
    });
    const oneLeft = '1 file has the type that earlier rules gave';
    const doctor = async (): Promise<string> => (await library.portal.command(['doctor'])).out;
    await library.portal.stop({ keep: true });
    library = await Library.open({ home });
    try {
      for (let count = 0; count < 100 && !(await doctor()).includes(oneLeft); count += 1) await wait(200);
      const types = await Promise.all(
        added.map(
          async ({ id }) => (await library.get(`${base}/api/documents/${id}`).expect(200)).body as Record<string, unknown>,
        ),
      );
      expect(types.map(({ mimeType, width }) => [mimeType, width])).to.deep.equal([
        ['image/gif', 40],
        ['video/mp4', undefined],
        ['text/csv', undefined],
        ['image/png', 24],
      ]);
      await library.get(`${base}/documents/${added[0]?.id}/thumbnail`).expect(200);
      const text = await library.get(`${base}/documents/${added[2]?.id}/download`).expect(200);
      expect(text.headers['content-type']).to.equal('text/csv; charset=utf-16');
      // The small picture of an icon is made again: earlier ones were smeared.
      await library.get(thumbnail).expect(200);
      expect(before).to.have.length(1);
      expect(await made())
        .to.have.length(2)
        .and.not.to.deep.include(before[0]);
      // What cannot be read is not forgotten.
      expect(await doctor()).to.contain(oneLeft);
    } finally {
      await library.close();
    }
  });
});
