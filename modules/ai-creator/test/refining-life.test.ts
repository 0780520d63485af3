import { access as accessFile, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createImagesSandbox, type ImagesSandbox } from '@portico/ai-sandbox/api';
import { AccessContexts, BlobStore, type Clock, UnitOfWork } from '@portico/core';
import { Documents } from '@portico/documents-media/api';
import { expect } from 'chai';
import sharp from 'sharp';
import { type CreatorPortal, startCreatorPortal } from './creator-portal.js';

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 1000; tries += 1) {
    if (await condition()) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error('It does not happen.');
}

describe('the life of a variation', () => {
  let home: string;
  let sandbox: ImagesSandbox;
  let creator: CreatorPortal;
  let ahead = 0;
  const clock: Clock = {
    now: () => new Date(Date.now() + ahead),
    monotonic: () => performance.now() + ahead,
  };

  before(async () => {
    home = await mkdtemp(join(tmpdir(), 'portico-variations-'));
    sandbox = await createImagesSandbox();
    creator = await startCreatorPortal({ home, sandbox, clock, config: { concurrency: 1 } });
  });
  beforeEach(() => sandbox.reset());
  after(async () => {
    await creator.stop();
    await sandbox.close();
    await rm(home, { recursive: true, force: true });
  });

  async function addDocument(name: string): Promise<string> {
    const content = await sharp({ create: { width: 80, height: 80, channels: 3, background: '#aa5500' } })
      .png()
      .toBuffer();
    const access = creator.portal.service(AccessContexts).system(creator.site);
    return (await creator.portal.service(Documents).add(access, { name, content })).id;
  }
  /** The file that was kept of the source. */
  async function keptFile(id: string): Promise<string> {
    const [row] = await creator.portal
      .service(UnitOfWork)
      .read((reader) =>
        reader.query<{ blob: string }>('SELECT source_blob AS blob FROM ai_creator_generation WHERE id = ?', [id]),
      );
    return creator.portal.service(BlobStore).pathOf(row?.blob ?? '');
  }
  const usage = () =>
    creator.portal
      .service(UnitOfWork)
      .read((reader) =>
        reader.query<{ images: number; inputTokens: number }>(
          'SELECT images, input_tokens AS "inputTokens" FROM ai_usage_entry ORDER BY id',
        ),
      );
  const sumOf = (rows: readonly { readonly images: number }[]): number => rows.reduce((sum, { images }) => sum + images, 0);
  const isThere = (path: string): Promise<boolean> =>
    accessFile(path).then(
      () => true,
      () => false,
    );

  it('goes on after a stop although its source was deleted meanwhile, in one request', async () => {
    const source = await addDocument('gone-tomorrow.png');
    sandbox.next('stall-before-headers');
    await creator.create({ description: 'a lost letter' });
    await until(() => sandbox.generations.length === 1);
    const waiting = (await creator.create({ description: 'a patient cat', sourceDocument: source })).body.id as string;
    await creator.portal.post(await creator.portal.signIn(), `/web/home/documents-media/documents/${source}/delete`);
    await creator.stop();
    creator = await startCreatorPortal({ home, sandbox, clock, config: { concurrency: 1 } });
    expect((await creator.settled(waiting)).state).to.equal('offered');
    expect(sandbox.edits).to.have.length(1);
    const doctor = await creator.portal.command(['doctor']);
    expect(doctor.exitCode, doctor.out).to.equal(0);
  });

  it('is counted like any other image, and a refused one leaves no file behind', async () => {
    const source = await addDocument('costly.png');
    const administrator = await creator.portal.signIn();
    const rows = await usage();
    const budget = { target: 'instance', unit: 'images', period: 'day', hardLimit: String(sumOf(rows) + 1) };
    await creator.portal.post(administrator, '/ai-creator/budgets', budget);
    const { id } = (await creator.create({ sourceDocument: source })).body as { id: string };
    await creator.settled(id);
    const after = await usage();
    expect(after.slice(rows.length).map(({ images, inputTokens }) => [images, inputTokens > 1000])).to.deep.equal([[1, true]]);
    const files = async (): Promise<number> =>
      (await readdir(join(home, 'blobs'), { recursive: true })).filter((name) => /[0-9a-f-]{36}$/.test(name)).length;
    const before = await files();
    const refused = await creator.create({ sourceDocument: source });
    expect([refused.status, refused.body.error.code]).to.deep.equal([429, 'ai-creator-budget']);
    expect(await files()).to.equal(before);
    expect(sandbox.edits).to.have.length(1);
    await creator.portal.service(UnitOfWork).write((transaction) => transaction.query('DELETE FROM ai_usage_budget'));
    await creator.portal.modules.stop('ai-creator');
    await creator.portal.modules.start('ai-creator');
  });

  it('leaves no file of its source when it is discarded', async () => {
    const { id } = (await creator.create({ sourceDocument: await addDocument('private.png') })).body as { id: string };
    await creator.settled(id);
    const file = await keptFile(id);
    expect(await isThere(file)).to.equal(true);
    await creator.portal.post(creator.visitor, `/web/home/ai-creator/generations/${id}/discard`, { confirmed: 'true' });
    await until(async () => !(await isThere(file)));
  });

  it('leaves no file of its source when it has expired', async () => {
    const { id } = (await creator.create({ sourceDocument: await addDocument('old.png') })).body as { id: string };
    await creator.settled(id);
    const file = await keptFile(id);
    ahead = 80 * 3600 * 1000;
    await creator.portal.modules.stop('ai-creator');
    await creator.portal.modules.start('ai-creator');
    await until(async () => !(await isThere(file)));
    const doctor = await creator.portal.command(['doctor']);
    expect(doctor.exitCode, doctor.out).to.equal(0);
  });
});
