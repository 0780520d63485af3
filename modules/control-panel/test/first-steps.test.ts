import { startTestPortal, type TestPortal } from '@portico/core/testing';
import { expect } from 'chai';

/** What a deployment says about mail, as an operator would. */
const mailServer = { PORTICO_SETTING_MAIL_HOST: 'localhost', PORTICO_SETTING_MAIL_SENDER: 'portal@example.org' };

describe('The first steps', () => {
  let portal: TestPortal;
  let administrator: Awaited<ReturnType<TestPortal['signIn']>>;

  before(async () => {
    portal = await startTestPortal();
    administrator = await portal.signIn();
  });
  after(() => portal.stop());

  const titles = async (visitor = administrator, path = '/first-steps'): Promise<readonly string[] | number> => {
    const { status, text } = await visitor.get(path);
    return status === 200 ? [...text.matchAll(/<h2>([^<]+)<\/h2>/g)].map(([, title = '']) => title) : status;
  };
  const listed = async (...options: string[]): Promise<readonly string[]> =>
    (await portal.command(['first-steps', ...options])).out.split('\n').filter(Boolean);

  it('say to the administrator of a new portal what modules need, each with its link, and count it in the menu', async () => {
    expect(await titles()).to.deep.equal(['Name the portal', 'Show your logo', 'Set up mail', 'Invite people']);
    const { text } = await administrator.get('/first-steps');
    for (const href of ['/branding', '/configuration/instance-settings/mail', '/identity/users/new'])
      expect(text).to.include(`href="${href}"`);
    expect(text).to.include('0 of 4 done').and.include('4 steps left');
    expect(await listed()).to.include('Set up mail  /configuration/instance-settings/mail');
    const [first = '{}'] = await listed('--json');
    expect(JSON.parse(first)).to.include({ id: 'sites.name', label: 'Name the portal', href: '/branding' });
  });

  it('are decided by what is there: one that is done is gone, and comes back with what it was about', async () => {
    await portal.command(['branding', '--name', 'Harbour Club']);
    expect(await titles()).to.deep.equal(['Show your logo', 'Set up mail', 'Invite people']);
    expect((await administrator.get('/first-steps')).text).to.include('1 of 4 done');
    await portal.command(['branding', '--name', '']);
    expect(await titles()).to.include('Name the portal');
  });

  it('of what is switched off, or of a module that does not run, are not there', async () => {
    const on = await startTestPortal({ flags: { 'LPD-10793': true }, environment: mailServer });
    try {
      const visitor = await on.signIn();
      expect(await titles(visitor)).to.deep.equal([
        'Name the portal',
        'Show your logo',
        'Invite people',
        'Let authors create images',
      ]);
      await on.modules.stop('ai-creator');
      expect(await titles(visitor)).to.deep.equal(['Name the portal', 'Show your logo', 'Invite people']);
    } finally {
      await on.stop();
    }
  });

  it('are not there for others', async () => {
    const password = 'lanterns over quiet water';
    await portal.command(
      ['users', 'add', '--email', 'ada@portico.example', '--name', 'Ada', '--role', 'Author', '--site', 'home'],
      password,
    );
    expect(await titles()).to.not.include('Invite people');
    const author = await portal.signIn({ email: 'ada@portico.example', password });
    expect((await author.get('/first-steps').set('Accept', 'application/json')).status).to.be.oneOf([403, 404]);
    expect((await author.get('/web/home/documents-media')).text).to.not.include('/first-steps');
  });

  it('are put away for everybody, which the audit log tells, and brought back by a command', async () => {
    const away = await portal.post(administrator, '/first-steps/put-away');
    expect([away.status, away.headers.location]).to.deep.equal([303, '/configuration/instance-settings']);
    const settings = (await administrator.get('/configuration/instance-settings')).text;
    expect(settings).to.include('The first steps were put away.').and.not.include('href="/first-steps"');
    expect(await titles()).to.equal(404);
    expect((await administrator.get('/configuration/audit-log?area=first-steps')).text).to.include('First Steps');
    expect(await listed('--show')).to.have.length(3);
    expect(await titles()).to.have.length(3);
  });
});
