import { join } from 'node:path';
import { startTestPortal, type TestPortal } from '@portico/testing';
import { expect } from 'chai';

const folder = join(import.meta.dirname, '../..');

describe('The settings of Acme Module', () => {
  let portal: TestPortal;

  before(async () => {
    portal = await startTestPortal({ config: { modulePaths: ['modules', folder] } });
  });
  after(() => portal.stop());

  const page = async (): Promise<string> => (await portal.agent().get('/web/home/acme-module')).text;

  it('say what is shown, from the moment they are changed', async () => {
    expect(await page()).to.include('<p>Hello</p>');
    await portal.command(['settings', 'set', 'acme-module.greeting', 'Welcome']);
    await portal.command(['settings', 'set', 'acme-module.loud', 'on', '--site', 'home']);
    expect(await page()).to.include('<p>Welcome!</p>');
  });

  it('have a form', async () => {
    const administrator = await portal.signIn();
    const form = await administrator.get('/configuration/instance-settings/acme-module').set('Accept', 'text/html');
    expect(form.status).to.equal(200);
    expect(form.text).to.include('With an exclamation mark');
  });
});
