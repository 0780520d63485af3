import { join } from 'node:path';
import { Sites } from '@portico/sites/api';
import { startTestPortal, type TestPortal } from '@portico/testing';
import { expect } from 'chai';

const folder = join(import.meta.dirname, '../..');

describe('Acme Module', () => {
  let portal: TestPortal;

  before(async () => {
    portal = await startTestPortal({ config: { modulePaths: ['modules', folder] } });
  });
  after(() => portal.stop());

  const add = (address: string): Promise<string> =>
    portal
      .service(Sites)
      .add({ name: 'A site', address })
      .then(
        (site) => site.address,
        (error: Error) => error.message,
      );

  it('keeps addresses that are reserved', async () => {
    expect(await add('intranet')).to.equal('The address intranet is reserved.');
    expect(await add('news')).to.equal('news');
  });

  it('says so where sites are made', async () => {
    const page = await (await portal.signIn()).get('/sites/new');
    expect(page.text).to.include('The addresses admin and intranet are reserved.');
  });

  it('does both only while it runs', async () => {
    await portal.modules.stop('acme-module');
    expect(await add('intranet')).to.equal('intranet');
    expect((await (await portal.signIn()).get('/sites/new')).text).not.to.include('are reserved');
  });
});
