import { SiteDirectory, UnitOfWork } from '@portico/core';
import { eventually } from '@portico/core/testing';
import { Sites } from '@portico/sites/api';
import { expect } from 'chai';
import { author, type CreatorPortal, startCreatorPortal } from './creator-portal.js';

describe('somebody whose account is deleted while their order waits to be sent', () => {
  it('costs nothing more: without its words it is not sent', async () => {
    const creator = await startCreatorPortal({ config: { concurrency: 1 }, sandboxOptions: { latency: 1500 } });
    try {
      const { portal, sandbox } = creator;
      await creator.create();
      await eventually(() => sandbox.generations.length === 1, 'the first is on its way', 10);
      const { id } = (await creator.create()).body;
      expect((await portal.command(['users', 'delete', '--email', author.email, '--yes'])).exitCode).to.equal(0);
      const state = async (): Promise<unknown> =>
        (
          await portal
            .service(UnitOfWork)
            .read((reader) => reader.query<{ state: string }>('SELECT state FROM ai_creator_generation WHERE id = ?', [id]))
        )[0]?.state;
      await eventually(async () => (await state()) === 'failed', 'the second is given up', 20);
      expect(sandbox.generations).to.have.length(1);
    } finally {
      await creator.stop();
    }
  });
});

describe('a site that is erased while an image is being made in it', () => {
  let creator: CreatorPortal;
  before(async () => {
    creator = await startCreatorPortal({ sandboxOptions: { latency: 1000 } });
  });
  after(() => creator.stop());

  it('waits for what was paid for, leaves no image, and leaves what was spent counted, without saying where', async () => {
    const { portal, site, sandbox } = creator;
    await portal.service(Sites).add({ name: 'Guide', address: 'guide' });
    await creator.settled((await creator.create({ count: '2' })).body.id);
    await creator.create();
    await eventually(() => sandbox.generations.length === 2, 'the request is on its way', 10);
    const erase = ['sites', 'delete', '--address', site.address, '--permanently', '--yes'];
    expect((await portal.command(erase)).exitCode).to.equal(0);
    await eventually(() => portal.service(SiteDirectory).trashed().length === 0, 'erased', 20);
    const left = await portal.service(UnitOfWork).read(async (reader) => ({
      usage: await reader.query('SELECT site_id AS site, state, images FROM ai_usage_entry ORDER BY id'),
      generations: await reader.query('SELECT id FROM ai_creator_generation'),
      images: await reader.query('SELECT id FROM ai_creator_image'),
      files: await reader.query('SELECT id FROM portico_blob'),
    }));
    expect(left).to.deep.equal({
      usage: [
        { site: 'erased', state: 'settled', images: 2 },
        { site: 'erased', state: 'settled', images: 1 },
      ],
      generations: [],
      images: [],
      files: [],
    });
    const administrator = await portal.signIn();
    expect((await administrator.get('/ai-creator/usage')).text).to.include('Sites that were deleted');
    expect((await portal.command(['doctor'])).exitCode).to.equal(0);
  });
});
