import { startSampleSettings, type TestClient, visibleText } from '@portico/configuration/testing';
import { Flags, Modules, SiteDirectory } from '@portico/core';
import { TestBrowser, type TestPortal } from '@portico/core/testing';
import { expect } from 'chai';

const author = { email: 'ada@portico.example', name: 'Ada Author', password: 'a long enough password' };
const base = '/configuration/diagnostics';

interface Answers {
  readonly answers: readonly {
    readonly contribution: string;
    readonly module: string;
    readonly visible: boolean;
    readonly summary: string;
    readonly steps: readonly {
      readonly criterion: string;
      readonly met: boolean;
      readonly reason: string;
      readonly href?: string;
    }[];
    readonly blocking?: {
      readonly criterion: string;
      readonly subject: string;
      readonly href?: string;
      readonly changeableBy?: string;
    };
  }[];
}

describe('Diagnostics', () => {
  let portal: TestPortal;
  let admin: TestClient;
  let ada: TestClient;

  before(async () => {
    portal = await startSampleSettings();
    const { email, name, password } = author;
    await portal.command(['users', 'add', '--email', email, '--name', name, '--role', 'Author', '--site', 'home'], password);
    admin = await portal.signIn();
    ada = await portal.signIn(author);
  });
  after(() => portal.stop());

  const ask = async (query: Record<string, string>, as = admin): Promise<{ readonly status: number; readonly body: Answers }> =>
    as.get(base).query(query).set('Accept', 'application/json');
  const menu = (contribution: string, rest: Record<string, string> = {}): Record<string, string> => ({
    point: 'portico.menu-items',
    contribution,
    ...rest,
  });

  it('walks the same steps for any contribution of any module, for the person it is asked about', async () => {
    const { body } = await ask(menu('configuration/site-settings', { site: 'home', person: author.email }));
    const [answer] = body.answers;
    expect(answer).to.include({ visible: false, summary: 'Site Settings is not there for Ada Author in Home.' });
    expect(answer?.steps.map(({ criterion, met }) => `${criterion} ${met}`)).to.deep.equal([
      'module true',
      'scope true',
      'permission false',
    ]);
    expect(answer?.blocking).to.deep.include({ criterion: 'permission', subject: 'configuration.manage-site-settings' });
    expect(answer?.blocking?.changeableBy).to.include('Site Administrator');
    expect((await ask(menu('site-settings', { site: 'home' }))).body.answers[0]?.visible).to.equal(true);
  });

  it('names the flag that blocks, with its reason, and links for those who may change it', async () => {
    await portal.service(Flags).override('sample', false, 'somebody');
    try {
      const question = { point: 'configuration.settings-definitions', contribution: 'sample', site: 'home' };
      const [answer] = (await ask(question)).body.answers;
      expect(answer?.blocking).to.include({ criterion: 'flag', href: '/configuration/feature-flags' });
      const own = (await ask(question, ada)).body.answers[0];
      expect(own?.blocking?.criterion).to.equal('flag');
      expect(own?.blocking).not.to.have.property('href');
    } finally {
      await portal.service(Flags).override('sample', undefined, 'somebody');
    }
  });

  it('still knows what a module contributed before it stopped, and why it is not active', async () => {
    await portal.service(Modules).disable('web-content');
    try {
      const { points } = { points: await portal.command(['why', 'portico.menu-items']) };
      const id = /web-content\/(\S+)/.exec(points.out)?.[1] ?? '';
      const [answer] = (await ask(menu(id, { site: 'home' }))).body.answers;
      expect(answer?.blocking).to.include({ criterion: 'module', subject: 'web-content' });
      expect(answer?.steps[0]?.reason).to.equal('The module web-content is disabled. Disabled by an operator.');
      const own = (await ask(menu(id, { site: 'home' }), ada)).body.answers[0];
      // Why may be the text of an error, with a path or a statement in it.
      expect(own?.steps[0]?.reason).to.equal('Web Content is not running.');
      expect((await ada.get(base).query(menu(id, { site: 'home' }))).text).not.to.include('by an operator');
    } finally {
      await portal.service(Modules).enable('web-content');
    }
  });

  it('says when nobody hosts the point', async () => {
    await portal.service(Modules).stop('documents-media');
    try {
      const { out } = await portal.command(['why', 'documents-media.new-menu-items', 'create-ai-image', '--site', 'home']);
      expect(out).to.include('No active module hosts the extension point documents-media.new-menu-items');
    } finally {
      await portal.service(Modules).start('documents-media');
    }
  });

  it('answers the same on the screen, over HTTP and in a terminal', async () => {
    const question = menu('configuration/site-settings', { site: 'home', person: author.email });
    const [answer] = (await ask(question)).body.answers;
    const page = visibleText((await admin.get(base).query(question)).text);
    const { exitCode, out } = await portal.command([
      'why',
      'portico.menu-items',
      'configuration/site-settings',
      '--site',
      'home',
      '--person',
      author.email,
    ]);
    for (const text of [answer?.summary, ...(answer?.steps.map(({ reason }) => reason) ?? [])]) {
      expect(page).to.include(text);
      expect(out).to.include(text);
    }
    expect(exitCode).to.equal(1);
    const json = await portal.command(['why', 'portico.menu-items', 'modules', '--person', portal.administrator.email, '--json']);
    expect([json.exitCode, (JSON.parse(json.out) as Answers).answers[0]?.visible]).to.deep.equal([0, true]);
  });

  it('is asked by the names that people see, and names what decides', async () => {
    const page = (await admin.get(base)).text;
    expect(page)
      .to.include('<option value="Site Settings (entry of the Product Menu, Settings)">')
      .and.to.match(/<option value="~\/documents-media \(pages, Documents and Media\)">/)
      .and.not.to.match(/ListRoutes|persistence-0/);
    // Neither classes and ids, nor the sentences by which checks go.
    const options = [...page.matchAll(/<option value="([^"]*?) \([^"]*">/g)].map(([, name = '']) => name);
    expect(options.length).to.be.above(20);
    for (const name of options) expect(name).not.to.match(/[.!?]$|^(?:[A-Z][a-z]+){2,}$|^[a-z-]+\.[a-z]+-[a-z-]+$/);
    const asked = await admin.get(base).query(menu('configuration/site-settings', { site: 'home', person: author.email }));
    expect(visibleText(asked.text))
      .to.include('The module Settings (configuration) is active')
      .and.to.match(/The person has the permission \S.* \(configuration\.manage-site-settings\)/)
      .and.to.include('site-settings, contributed by Settings to portico.menu-items');
    const flagged = { point: 'documents-media.new-menu-items', contribution: 'create-ai-image', site: 'home' };
    expect(visibleText((await admin.get(base).query(flagged)).text)).to.include(
      'The feature flag Create AI Image (LPD-10793) is on',
    );
  });

  it('answers at once what one thing is called, asks back where words mean several, and says when nothing is called so', async () => {
    const search = async (text: string): Promise<string> =>
      (await admin.get(base).query({ text, site: 'home', person: author.email })).text;
    const one = 'Site Settings (entry of the Product Menu, Settings)';
    expect(visibleText(await search(one.toUpperCase()))).to.include('Site Settings is not there for Ada Author in Home.');
    const several = await search('site settings');
    expect(visibleText(several)).to.include('Which of these do you mean?').and.to.include(one).and.not.to.include('Ada Author');
    expect(several).to.match(
      /href="\?point&#x3D;portico\.menu-items&amp;contribution&#x3D;configuration%2Fsite-settings&amp;site&#x3D;home&amp;person&#x3D;ada%40/,
    );
    // Two pages have this address: they are told apart.
    expect(visibleText(await search('/configuration pages'))).to.match(/\/configuration \(pages, Settings\) \w+Routes/);
    expect(visibleText(await search('persistence-0'))).to.include('The module core is active');
    expect(visibleText(await search('portico.integrity-checks'))).to.match(/\d+ parts that work unseen, for developers/);
    expect(visibleText(await search('unicorn'))).to.include('Nothing is called that');
  });

  it('lets a person ask for themselves only, and says nothing of anybody else', async () => {
    expect((await ask(menu('modules'), ada)).body.answers[0]?.visible).to.equal(false);
    for (const person of [portal.administrator.email, 'nobody@portico.example', 'guest']) {
      expect((await ask(menu('modules', { person }), ada)).status, person).to.equal(403);
    }
    expect((await ask(menu('modules'), portal.agent())).status).to.equal(401);
    expect((await ask(menu('modules', { person: 'nobody@portico.example' }))).status).to.equal(404);
    expect((await ask(menu('ghost'))).status).to.equal(404);
  });

  it('answers the metrics of each module as JSON, as the command does, to those who may ask for others', async () => {
    const { status, body } = await admin.get(`${base}/modules.json`);
    expect(status).to.equal(200);
    const listed = JSON.parse((await portal.command(['modules', 'list', '--json'])).out) as readonly {
      readonly id: string;
      readonly activity?: { readonly turns: number };
    }[];
    const ids = body.modules.map(({ id }: { id: string }) => id);
    expect(ids).to.deep.equal(listed.flatMap(({ id, activity }) => (activity ? [id] : [])));
    const own = body.modules.find(({ id }: { id: string }) => id === 'control-panel');
    expect(own).to.include({ state: 'active', errors: 0, openRequests: 1 });
    expect(own.turns).to.be.greaterThan(0);
    expect(own.turnMillis).to.be.greaterThan(0);
    expect(listed.find(({ id }) => id === 'control-panel')?.activity?.turns).to.be.at.least(own.turns);
    expect((await ada.get(`${base}/modules.json`)).status).to.equal(404);
    expect((await portal.agent().get(`${base}/modules.json`)).status).to.equal(401);
  });

  it('tells somebody who may not see a site the same as of a site that is not there', async () => {
    const access = (await portal.command(['why', 'portico.menu-items', 'site-settings', '--site', 'nowhere'])).err;
    expect(access).to.include('There is no site with the address nowhere.');
    expect((await ask(menu('site-settings', { site: 'nowhere' }), ada)).status).to.equal(404);
  });

  it('neither offers nor answers about a private site to who may not see it', async () => {
    const name = 'Hidden Garden';
    await portal.post(admin, '/sites/new', { name, address: 'garden' });
    const id = portal.service(SiteDirectory).byAddress('garden')?.id;
    const question = menu('documents-media', { site: 'garden' });
    const answers = async (who: TestClient): Promise<readonly unknown[]> => [
      (await who.get(base)).text.includes(name),
      (await ask(question, who)).status,
    ];
    expect(await answers(ada)).to.deep.equal([true, 200]);
    const { status } = await portal.post(admin, `/sites/${id}`, { name, visibleTo: 'members' });
    expect(status).to.equal(303);
    const hidden = await ask(question, ada);
    const none = await ask(menu('documents-media', { site: 'nowhere' }), ada);
    expect(await answers(ada)).to.deep.equal([false, 404]);
    expect(
      JSON.stringify(hidden.body)
        .replace('garden', 'nowhere')
        .replace(/"reference":"[^"]*"/, ''),
    ).to.equal(JSON.stringify(none.body).replace(/"reference":"[^"]*"/, ''));
    expect(await answers(admin)).to.deep.equal([true, 200]);
  });

  it('is a page that can be used with the keyboard, without scripts, on a telephone', async () => {
    const browser = await TestBrowser.open();
    try {
      const page = await browser.page(portal, { person: portal.administrator, javaScript: false, width: 380 });
      await page.goto(base);
      await page.getByLabel('Search').fill('site settings');
      await page.getByLabel('Site', { exact: true }).selectOption('home');
      await page.getByLabel('Email Address of the Person').fill(author.email);
      await page.getByRole('button', { name: 'Ask' }).click();
      await page.getByRole('link', { name: 'Site Settings (entry of the Product Menu, Settings)' }).click();
      await page.getByText('Site Settings is not there for Ada Author in Home.').waitFor();
      expect(await page.getByText('This hides it').count()).to.equal(1);
      expect(await page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth')).to.equal(0);
      expect(browser.complaints).to.deep.equal([]);
    } finally {
      await browser.close();
    }
  });
});
