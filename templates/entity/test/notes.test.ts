import { join } from 'node:path';
import { startTestPortal, type TestPortal } from '@portico/testing';
import { expect } from 'chai';

const folder = join(import.meta.dirname, '../..');

describe('The notes of Acme Module', () => {
  let portal: TestPortal;

  before(async () => {
    portal = await startTestPortal({ config: { modulePaths: ['modules', folder] } });
  });
  after(() => portal.stop());

  it('are kept, and shown with the newest first', async () => {
    const administrator = await portal.signIn();
    for (const text of ['Water the plants', 'Feed <the> cat']) {
      const answer = await portal.post(administrator, '/acme-module', { text });
      expect(answer.status).to.equal(303);
    }
    const page = await administrator.get('/acme-module');
    expect(page.text).to.include('<ul><li>Feed &lt;the&gt; cat</li><li>Water the plants</li></ul>');
  });

  it('have words', async () => {
    const answer = await portal.post(await portal.signIn(), '/acme-module', { text: ' ' });
    expect(answer.status).to.equal(400);
  });

  it('are nothing for guests', async () => {
    expect((await portal.agent().get('/acme-module')).status).not.to.equal(200);
  });
});
