import { join } from 'node:path';
import { startTestPortal, type TestPortal } from '@portico/testing';
import { expect } from 'chai';

const folder = join(import.meta.dirname, '../..');

describe('The tab of Acme Module in the item selector', () => {
  let portal: TestPortal;

  before(async () => {
    portal = await startTestPortal({ config: { modulePaths: ['modules', folder] } });
  });
  after(() => portal.stop());

  it('stands in the selector', async () => {
    const author = await portal.signIn();
    const selector = await author.get('/web/home/item-selector?type=image&return=image-url&uploads=false');
    expect(selector.text).to.include('/web/home/acme-module/selector');
  });

  it('offers pictures that everybody can load', async () => {
    const tab = await (await portal.signIn()).get('/web/home/acme-module/selector?type=image&return=image-url&uploads=false');
    const addresses = [...tab.text.matchAll(/data-href="([^"]+)"/g)].map(([, address = '']) => address);
    expect(addresses).to.have.length(2);
    for (const address of addresses) {
      const picture = await portal.agent().get(address);
      expect([picture.status, picture.type]).to.deep.equal([200, 'image/png']);
    }
  });

  it('gives nothing from outside of its folder', async () => {
    expect((await portal.agent().get('/web/home/acme-module/pictures/..%2Fpackage.json')).status).to.equal(404);
  });
});
