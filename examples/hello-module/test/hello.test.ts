import { join } from 'node:path';
import { Flags } from '@portico/core';
import { startTestPortal, type TestPortal } from '@portico/core/testing';
import { expect } from 'chai';

const folder = join(import.meta.dirname, '../..');
const entry = 'href="/hello"';

describe('The hello module', () => {
  let portal: TestPortal;

  before(async () => {
    portal = await startTestPortal({ config: { modulePaths: ['modules', folder] } });
  });

  after(() => portal.stop());

  it('is at work beside the modules of the portal', () => {
    expect(portal.modules.status('hello')?.state).to.equal('active');
  });

  it('says hello and tells the time', async () => {
    const answer = await portal.agent().get('/hello');
    expect(answer.status).to.equal(200);
    expect(answer.text).to.match(/^Hello, it is \d{4}-\d{2}-\d{2}T/);
  });

  it('stands in the Product Menu only while its flag is on', async () => {
    const visitor = await portal.signIn();
    const home = async (): Promise<string> => (await visitor.get('/web/home')).text;
    expect(await home()).not.to.include(entry);
    await portal.service(Flags).override('acme.hello', true, 'test');
    expect(await home())
      .to.include(entry)
      .and.to.include('>Hello<');
    expect((await visitor.get('/account')).text).not.to.include(entry);
    await portal.service(Flags).override('acme.hello', false, 'test');
    expect(await home()).not.to.include(entry);
  });

  it('comes and goes while the portal stands', async () => {
    await portal.modules.disable('hello');
    expect((await portal.agent().get('/hello')).status).to.equal(404);
    await portal.modules.enable('hello');
    expect((await portal.agent().get('/hello')).status).to.equal(200);
  });
});
