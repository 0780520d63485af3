import { expect } from 'chai';
import { type CreatorPortal, startCreatorPortal } from './creator-portal.js';

describe('a page that is asked for a day or a place that is none', () => {
  let creator: CreatorPortal;
  before(async () => {
    creator = await startCreatorPortal();
  });
  after(() => creator.stop());

  const places = [
    '/web/home/ai-creator/generations',
    '/web/home/ai-creator/usage',
    '/ai-creator/usage',
    '/configuration/audit-log',
    '/account/tokens',
  ];
  it('says what is wrong with it, and leads back to its beginning', async () => {
    const administrator = await creator.portal.signIn();
    for (const place of places) {
      const { status, text } = await administrator.get(`${place}?from=yesterday`).set('Accept', 'text/html');
      expect([status, /<li>from: This [^<]+<\/li>/.test(text)], place).to.deep.equal([400, true]);
      const href = /<a class="btn btn-primary" href="([^"]+)">Open this page anew<\/a>/.exec(text)?.[1];
      expect(href).to.equal(place);
      expect((await administrator.get(String(href)).set('Accept', 'text/html')).status, place).to.equal(200);
    }
  });
});
