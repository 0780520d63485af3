import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type QueryRunner, type Transaction, UnitOfWork } from '@portico/core';
import { expect } from 'chai';
import migrations from '../migrations/index.js';
import { base, Library } from '../testing/index.js';

type Row = Readonly<Record<string, unknown>>;

const steps = migrations.map((Migration) => new Migration());
const firstMetadata = steps.findIndex(({ name }) => name === 'GeneraliseMetadata1764460000000');
const runnerOf = (transaction: Transaction): QueryRunner =>
  ({ query: (sql: string, values?: []) => transaction.query(sql, values) }) as unknown as QueryRunner;

describe('a database of documents from before', () => {
  let home: string;
  beforeEach(async () => {
    home = await mkdtemp(join(tmpdir(), 'portico-documents-'));
  });
  afterEach(() => rm(home, { recursive: true, force: true }));

  const read = (library: Library, sql: string): Promise<readonly Row[]> =>
    library.portal.service(UnitOfWork).read((reader) => reader.query<Row>(sql));

  const addOld = (transaction: Transaction, id: string, provenance: string | null, key: string | null): Promise<unknown> =>
    transaction.query(
      `INSERT INTO documents_media_document (id, site_id, folder_id, name, name_key, alt_text, version, blob_id, sha256, size, mime_type,
         kind, provenance, created_by, created_at, modified_at, alt_text_drafted, once_key)
       SELECT ?, site_id, '', ?, ?, '', '1.0', ?, 'x', 1, 'text/plain', 'file', ?, 'p', 1, 1, false, ? FROM old_site`,
      [id, `${id}.txt`, `${id}.txt`, `blob-${id}`, provenance, key],
    );

  it('keeps provenance, search words and idempotency keys when provenance becomes one kind of metadata', async () => {
    const before = await Library.open({ home });
    await before.portal.service(UnitOfWork).write(async (transaction) => {
      for (const step of steps.toReversed()) await step.down(runnerOf(transaction));
      for (const step of steps.slice(0, firstMetadata)) await step.up(runnerOf(transaction));
      await transaction.query('CREATE TABLE old_site (site_id text)');
      await transaction.query('INSERT INTO old_site (site_id) VALUES (?)', [before.home.id]);
      await addOld(transaction, 'generated', '{"model":"m","prompt":"a boat in \\"fog\\""}', 'ai-creator:1');
      await addOld(transaction, 'plain', null, null);
      await transaction.query(
        `INSERT INTO documents_media_generated_word (site_id, word, document_id) SELECT site_id, 'boat', 'generated' FROM old_site`,
      );
      await transaction.query('DROP TABLE old_site');
      for (const { name } of steps.slice(firstMetadata))
        await transaction.query("DELETE FROM portico_migration WHERE owner = 'documents-media' AND name = ?", [name]);
    });
    await before.close();

    const after = await Library.open({ home });
    expect(after.portal.modules.list().find(({ id }) => id === 'documents-media')?.state).to.equal('active');
    expect(
      await read(
        after,
        'SELECT id, metadata, metadata_kinds AS kinds, idempotency_key AS "key" FROM documents_media_document ORDER BY id',
      ),
    ).to.deep.equal([
      {
        id: 'generated',
        metadata: '{"provenance":{"model":"m","prompt":"a boat in \\"fog\\""}}',
        kinds: ' provenance ',
        key: 'ai-creator:1',
      },
      { id: 'plain', metadata: null, kinds: null, key: null },
    ]);
    expect(await read(after, 'SELECT kind, word, document_id AS document FROM documents_media_metadata_word')).to.deep.equal([
      { kind: 'provenance', word: 'boat', document: 'generated' },
    ]);
    const found = await after.documents.lookUp(after.system(), { idempotencyKey: 'ai-creator:1' });
    expect(found?.id).to.equal('generated');
    const { metadata } = await after.documents.find(after.system(), 'generated');
    expect(metadata).to.deep.equal({ provenance: { model: 'm', prompt: 'a boat in "fog"' } });
    const again = await after.add({ name: 'another.txt', idempotencyKey: 'ai-creator:1' });
    expect(again.id, 'one key is one document').to.equal('generated');
    await after.close();
  });

  it('loses no provenance when the steps are taken back, whatever other kinds stand beside it, and finds it again', async () => {
    const before = await Library.open({ home });
    const provenance = { model: 'm', prompt: "it's a boat" };
    const alone = await before.add({ name: 'alone.txt', metadata: { provenance }, idempotencyKey: 'once' });
    const beside = await before.add({ name: 'beside.txt', metadata: { rights: { owner: 'Ada' }, provenance } });
    const other = await before.add({ name: 'other.txt', metadata: { rights: { owner: 'Bob' } } });
    await before.portal.service(UnitOfWork).write(async (transaction) => {
      for (const step of steps.slice(firstMetadata).toReversed()) await step.down(runnerOf(transaction));
      for (const { name } of steps.slice(firstMetadata))
        await transaction.query("DELETE FROM portico_migration WHERE owner = 'documents-media' AND name = ?", [name]);
    });
    expect(
      await read(before, 'SELECT id, provenance, once_key AS "key" FROM documents_media_document ORDER BY id'),
    ).to.deep.equal([
      { id: alone.id, provenance: JSON.stringify(provenance), key: 'once' },
      { id: beside.id, provenance: JSON.stringify(provenance), key: null },
      { id: other.id, provenance: null, key: null },
    ]);
    await before.close();

    const after = await Library.open({ home });
    for (const { id } of [alone, beside])
      expect((await after.documents.find(after.system(), id)).metadata, id).to.deep.equal({ provenance });
    expect((await after.documents.lookUp(after.system(), { idempotencyKey: 'once' }))?.id).to.equal(alone.id);
    await after.close();
  });

  it('finds documents and folders that were there before searches folded by Unicode', async () => {
    const before = await Library.open({ home });
    const folder = await before.documents.ensureFolder(before.system(), 'Straßen');
    await before.add({ name: 'Café.txt', altText: 'Ein Blick auf die Ägäis', folderId: folder.id });
    const first = steps.findIndex(({ name }) => name === 'AddSearchText1764490000000');
    await before.portal.service(UnitOfWork).write(async (transaction) => {
      for (const step of steps.slice(first).toReversed()) await step.down(runnerOf(transaction));
      for (const { name } of steps.slice(first))
        await transaction.query("DELETE FROM portico_migration WHERE owner = 'documents-media' AND name = ?", [name]);
    });
    await before.close();
    const after = await Library.open({ home });
    for (const [q, found] of [
      ['STRASSEN', 'Straßen'],
      ['agais', 'Café.txt'],
    ] as const)
      expect((await after.get(`${base}/api/documents?q=${q}`).expect(200)).text, q).to.include(found);
    await after.close();
  });

  it('sorts the numbers of names that were there before by what they count', async () => {
    const before = await Library.open({ home });
    // What is the key of one was the key of another.
    const names = ['0', '1', '2', '10', '11', '12', '210', 'photo 9.txt', 'photo 10.txt', 'photo 100.txt'];
    for (const name of names.toReversed()) await before.add({ name });
    await before.documents.ensureFolder(before.system(), 'Year 10');
    await before.documents.ensureFolder(before.system(), 'Year 9');
    const first = steps.findIndex(({ name }) => name === 'SortNamesByNumber1764640000000');
    await before.portal.service(UnitOfWork).write(async (transaction) => {
      for (const step of steps.slice(first).toReversed()) await step.down(runnerOf(transaction));
      for (const { name } of steps.slice(first))
        await transaction.query("DELETE FROM portico_migration WHERE owner = 'documents-media' AND name = ?", [name]);
    });
    const keys = await read(before, 'SELECT name, name_key AS "key" FROM documents_media_document');
    expect(keys.filter(({ name, key }) => name !== key)).to.deep.equal([]);
    await before.close();
    const after = await Library.open({ home });
    const { body } = await after.get(`${base}/api/documents?order=name`).expect(200);
    const shown = (entries: readonly { name: string }[]): readonly string[] => entries.map(({ name }) => name);
    expect(shown(body.documents)).to.deep.equal(names);
    expect(shown(body.folders)).to.deep.equal(['Year 9', 'Year 10']);
    await after.close();
  });
});
