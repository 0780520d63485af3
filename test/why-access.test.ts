import { AccessContexts, type Site, SiteDirectory } from '@portico/core';
import { accessibilityFaults, startTestPortal, TestBrowser, type TestPortal } from '@portico/core/testing';
import { Documents } from '@portico/documents-media/api';
import { People } from '@portico/identity/api';
import { expect } from 'chai';

const password = 'grey pebbles by the river';
const edit = 'web-content.edit-articles';

interface Answer {
  readonly allowed: boolean;
  readonly summary: string;
  readonly steps: readonly {
    criterion: string;
    subject: string;
    met: boolean;
    reason: string;
    title: string;
    changeableBy?: string;
  }[];
}

describe('Why a person may see or do something, or not', () => {
  let portal: TestPortal;
  let administrator: ReturnType<TestPortal['agent']>;
  let folder: string;
  const run = (...argv: readonly string[]) => portal.command(argv);
  const ask = async (...argv: readonly string[]): Promise<Answer> =>
    JSON.parse((await run('why-access', ...argv, '--json')).out) as Answer;
  const reasons = ({ steps }: Answer): readonly string[] => steps.map(({ met, reason }) => `${met ? 'yes' : 'no'}: ${reason}`);

  before(async () => {
    portal = await startTestPortal();
    administrator = await portal.signIn();
    await run('sites', 'add', '--name', 'Guide', '--address', 'guide');
    for (const name of ['Ann', 'Ben']) await portal.service(People).add({ email: `${name}@example.org`, name, password });
    await run('groups', 'add', '--name', 'Writers');
    await run('groups', 'add-member', '--name', 'Writers', '--email', 'ann@example.org');
    await run('groups', 'grant', '--name', 'Writers', '--role', 'Author', '--site', 'home');
    await run('users', 'grant', '--email', 'ben@example.org', '--role', 'Member', '--site', 'home');
    const home = portal.service(SiteDirectory).byAddress('home') as Site;
    folder = (await portal.service(Documents).ensureFolder(portal.service(AccessContexts).system(home), 'Drafts')).id;
  });

  after(() => portal.stop());

  it('names role, group and who decided for a permission, by the same data as the decision', async () => {
    const ann = await ask('--person', 'ann@example.org', '--permission', edit, '--site', 'home');
    expect([ann.allowed, ann.summary]).to.deep.equal([true, 'Ann may.']);
    expect(reasons(ann)).to.deep.equal([
      'yes: The role Author (by the group Writers, in Home) holds it: its module gives it to this role. ' +
        'The role Guest (everybody has it) does not hold it: its module does not give it to this role.',
    ]);
    const ben = await ask('--person', 'ben@example.org', '--permission', edit, '--site', 'home');
    expect(ben.allowed).to.equal(false);
    expect(ben.steps[0]?.reason).to.include('The role Member (given in Home) does not hold it');
    expect(ben.steps[0]?.changeableBy).to.include('Administrator, Site Administrator, Author');
    expect((await ask('--person', 'ann@example.org', '--permission', edit, '--site', 'guide')).allowed).to.equal(false);
    await run('roles', 'allow', '--name', 'Member', '--permission', edit);
    const now = await ask('--person', 'ben@example.org', '--permission', edit, '--site', 'home');
    expect([now.allowed, now.steps[0]?.reason.includes('holds it: somebody decided so under Roles.')]).to.deep.equal([
      true,
      true,
    ]);
    await run('roles', 'deny', '--name', 'Member', '--permission', edit);
    await run('users', 'disable', '--email', 'ann@example.org');
    const disabled = await ask('--person', 'ann@example.org', '--permission', edit, '--site', 'home');
    expect([disabled.allowed, disabled.steps[0]?.reason.startsWith('The account is disabled')]).to.deep.equal([false, true]);
    await run('users', 'enable', '--email', 'ann@example.org');
    expect((await ask('--permission', 'nothing.at-all')).steps[0]?.reason).to.include('No module that runs declares');
  });

  it('finds what an address takes, as the portal answers it', async () => {
    for (const [email, address] of [
      ['ann@example.org', '/web/home/web-content'],
      ['ben@example.org', '/web/home/web-content'],
      ['ann@example.org', '/web/guide/web-content'],
      ['ann@example.org', '/account'],
      ['ben@example.org', '/identity/users'],
      [portal.administrator.email, '/identity/users'],
      ['ben@example.org', '/nothing/here'],
    ] as const) {
      const visitor = email === portal.administrator.email ? administrator : await portal.signIn({ email, password });
      const { status } = await visitor.get(address).set('Accept', 'text/html');
      expect((await ask('--person', email, '--address', `${portal.url}${address}?q=x`)).allowed, `${email} ${address}`).to.equal(
        status === 200,
      );
    }
    expect((await ask('--address', '/account')).steps.map(({ criterion, met }) => [criterion, met])).to.deep.equal([
      ['address', true],
      ['signed-in', false],
    ]);
    for (const address of ['/web/home//', '/web/home//a:99999']) {
      const { status } = await administrator.get(address).set('Accept', 'text/html');
      expect((await ask('--address', address)).allowed, address).to.equal(status === 200);
    }
    expect((await run('why-access', '--address', 'nowhere')).err).to.include('This is no address.');
    expect((await run('why-access')).err).to.include('Say about which address');
  });

  it('names the rule of a folder, and the visibility of a site', async () => {
    const address = `/web/home/documents-media/folders/${folder}/rename`;
    const before = await ask('--person', 'ben@example.org', '--address', address);
    expect(before.steps.find(({ criterion }) => criterion === 'rule')).to.deep.include({ met: true, subject: 'Drafts' });
    await administrator
      .put(`/web/home/documents-media/api/folders/${folder}/permissions`)
      .set('Origin', portal.url)
      .set('X-Portico-Csrf', await portal.csrf(administrator))
      .send({ visibleTo: 'roles', roles: ['Author'] })
      .expect(200);
    const rule = (answer: Answer) => answer.steps.find(({ criterion }) => criterion === 'rule');
    expect(rule(await ask('--person', 'ben@example.org', '--address', address))).to.deep.include({
      met: false,
      reason: 'It is visible to: Author. That is said of itself.',
    });
    expect(rule(await ask('--person', 'ann@example.org', '--address', address))?.met).to.equal(true);
    const guide = portal.service(SiteDirectory).byAddress('guide') as Site;
    await portal.post(administrator, `/sites/${guide.id}`, { name: 'Guide', visibleTo: 'members' });
    const site = await ask('--person', 'ann@example.org', '--address', '/web/guide');
    expect([site.allowed, site.steps[0]?.reason]).to.deep.equal([false, 'The site is visible to: Members of the site.']);
  });

  it('is told to people of themselves, and of others to those who may diagnose', async () => {
    const ann = await portal.signIn({ email: 'ann@example.org', password });
    const page = '/configuration/diagnostics/access';
    const guide = portal.service(SiteDirectory).byAddress('guide') as Site;
    await portal.post(administrator, `/sites/${guide.id}`, { name: 'Guide', visibleTo: 'members' });
    const json = (query: string) => ann.get(`${page}?${query}`).set('Accept', 'application/json');
    expect((await json(`permission=${edit}&site=home`)).body.allowed).to.equal(true);
    expect((await json(`permission=${edit}&site=home&person=ben@example.org`)).status).to.equal(403);
    expect((await json(`permission=${edit}&site=guide`)).status).to.equal(404);
    expect((await json('')).status).to.equal(400);
    const ben = await portal.signIn({ email: 'ben@example.org', password });
    const unseen = async (id: string): Promise<Answer> =>
      (await ben.get(`${page}?address=/web/home/documents-media/folders/${id}/permissions`).set('Accept', 'application/json'))
        .body as Answer;
    const [hidden, missing] = [await unseen(folder), await unseen('0190a0a0-0000-7000-8000-000000000000')];
    expect(reasons(hidden)).to.deep.equal(reasons(missing)).and.to.include('no: Nothing is there, or you may not see it.');
    expect(JSON.stringify(hidden)).not.to.include('Drafts');
    const own = await portal.agent().get(page).set('Accept', 'application/json');
    expect(own.status).to.equal(401);
    const answer = await administrator
      .get(`${page}?address=/web/home/web-content&person=ben@example.org`)
      .set('Accept', 'application/json');
    expect([answer.body.allowed, answer.body.steps.length]).to.deep.equal([false, 2]);
  });

  it('is asked on a page, by keyboard, wide and narrow', async function () {
    this.timeout(60_000);
    const browser = await TestBrowser.open();
    try {
      for (const width of [1280, 390]) {
        const page = await browser.page(portal, { person: portal.administrator, width });
        await page.goto('/configuration/diagnostics');
        await page.getByRole('link', { name: 'Ask why a person may see or do something' }).press('Enter');
        await page.getByLabel('Email Address of the Person').fill('ben@example.org');
        await page.getByLabel('Address', { exact: true }).fill('/web/home/web-content');
        await page.getByLabel('Address', { exact: true }).press('Enter');
        await page.getByText('Ben may not.').waitFor();
        await page.getByText('The role Member (given in Home) does not hold it').waitFor();
        expect(await accessibilityFaults(page)).to.deep.equal([]);
        expect(await page.evaluate('document.documentElement.scrollWidth <= window.innerWidth')).to.equal(true);
        if (process.env.PORTICO_SHOTS)
          await page.screenshot({ path: `${process.env.PORTICO_SHOTS}/why-${width}.png`, fullPage: true });
        await page.context().close();
      }
      expect(browser.complaints).to.deep.equal([]);
    } finally {
      await browser.close();
    }
  });
});
