import { AccessContexts, SiteDirectory } from '@portico/core';
import { startTestPortal, type TestPortal } from '@portico/core/testing';
import { expect } from 'chai';
import { criterionQuery } from '../api/index.js';

describe('The item selector', () => {
  let portal: TestPortal;

  before(async () => {
    portal = await startTestPortal();
  });

  after(() => portal.stop());

  const address = (criterion: Parameters<typeof criterionQuery>[0]): string =>
    `/web/home/item-selector?${criterionQuery(criterion)}`;

  it('writes a criterion as a query that reads the same', () => {
    const query = criterionQuery({ itemType: 'image', returnTypes: ['image-url', 'file-url'], uploads: true });
    expect(Object.fromEntries(new URLSearchParams(query))).to.deep.equal({
      type: 'image',
      return: 'image-url,file-url',
      uploads: 'true',
    });
  });

  it('is a fragment for dialogs and a page for everybody else', async () => {
    const administrator = await portal.signIn();
    const path = address({ itemType: 'image', returnTypes: ['image-url'], uploads: true });
    const page = await administrator.get(path).expect(200);
    expect(page.text).to.include('<html').and.include('Select Image');
    const fragment = await administrator.get(path).set('X-Portico-Fragment', '1').expect(200);
    expect(fragment.text).not.to.include('<html');
    expect(fragment.text).to.include('role="tab"');
  });

  it('shows a tab only to those who may see it, and says so to the others', async () => {
    const site = portal.service(SiteDirectory).byAddress('home');
    const access = portal.service(AccessContexts).for(undefined, site);
    expect(access.can('documents-media.open-documents')).to.equal(false);
    const guest = portal.agent();
    const answer = await guest.get(address({ itemType: 'image', returnTypes: ['image-url'], uploads: true }));
    expect(answer.status).to.be.oneOf([302, 303, 401, 404]);
  });

  it('goes away with its module and comes back, and its tabs with theirs', async () => {
    const administrator = await portal.signIn();
    const path = address({ itemType: 'image', returnTypes: ['image-url'], uploads: false });
    await portal.modules.stop('documents-media');
    const empty = await administrator.get(path).expect(200);
    expect(empty.text).to.include('Nothing to choose from');
    await portal.modules.stop('item-selector');
    expect((await administrator.get(path)).status).to.be.oneOf([404, 503]);
    await portal.modules.start('item-selector');
    await portal.modules.start('documents-media');
    expect((await administrator.get(path).expect(200)).text).to.include('Documents and Media</a>');
  });
});
