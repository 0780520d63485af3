import { join } from 'node:path';
import { Flags } from '@portico/core';
import { startHouse, type TestHouse } from '@portico/core/testing';
import { expect } from 'chai';

const folder = join(import.meta.dirname, '../..');
const entry = 'href="/hello"';

describe('The hello module', () => {
  let house: TestHouse;

  before(async () => {
    house = await startHouse({ config: { modulePaths: ['modules', folder] } });
  });

  after(() => house.stop());

  it('is at work beside the modules of the house', () => {
    expect(house.modules.status('hello')?.state).to.equal('active');
  });

  it('says hello and tells the time', async () => {
    const answer = await house.agent().get('/hello');
    expect(answer.status).to.equal(200);
    expect(answer.text).to.match(/^Hello, it is \d{4}-\d{2}-\d{2}T/);
  });

  it('stands in the Product Menu only while its flag is on', async () => {
    const visitor = await house.signIn();
    const home = async (): Promise<string> => (await visitor.get('/web/home')).text;
    expect(await home()).not.to.include(entry);
    await house.service(Flags).override('acme.hello', true, 'test');
    expect(await home())
      .to.include(entry)
      .and.to.include('>Hello<');
    expect((await visitor.get('/account')).text).not.to.include(entry);
    await house.service(Flags).override('acme.hello', false, 'test');
    expect(await home()).not.to.include(entry);
  });

  it('comes and goes while the house stands', async () => {
    await house.modules.disable('hello');
    expect((await house.agent().get('/hello')).status).to.equal(404);
    await house.modules.enable('hello');
    expect((await house.agent().get('/hello')).status).to.equal(200);
  });
});
