import { type Site, SiteDirectory } from '@portico/core';
import { accessibilityFaults, startTestPortal, TestBrowser, type TestPortal } from '@portico/core/testing';
import { Sites } from '@portico/sites/api';
import { expect } from 'chai';
import { People } from '../api/index.js';
import { addPerson, password, type TestClient, trySignIn } from './support.js';

describe('My Sites', () => {
  let portal: TestPortal;
  const sites: Record<string, Site> = {};

  before(async () => {
    portal = await startTestPortal();
    const home = portal.service(SiteDirectory).byAddress('home');
    if (home) sites.home = home;
    for (const address of ['anchor', 'beacon', 'vault'])
      sites[address] = await portal.service(Sites).add({ name: address, address });
    const administrator = await portal.signIn();
    const private_ = { name: 'vault', visibleTo: 'roles', roles: 'Site Administrator' };
    expect((await portal.post(administrator, `/sites/${sites.vault?.id}`, private_)).status).to.equal(303);
  });
  after(() => portal.stop());

  const person = async (name: string, roles: Readonly<Record<string, string>>): Promise<string> => {
    const email = `${name}@example.org`;
    const { id } = await addPerson(portal, email);
    for (const [address, role] of Object.entries(roles))
      await portal.service(People).grant(id, role, address === '' ? undefined : sites[address]?.id);
    return email;
  };
  const landing = async (email: string, next?: string): Promise<{ at: string; visitor: TestClient }> => {
    const visitor = portal.agent();
    const answer = await trySignIn(portal, visitor, { email, password, ...(next === undefined ? {} : { next }) });
    return { at: answer.headers.location as string, visitor };
  };
  const links = (html: string): number => html.split('href="/my-sites"').length - 1;

  it('are where a sign-in leads: to the first by name where the person can do something, later to the last used', async () => {
    const email = await person('ann', { anchor: 'Member', beacon: 'Author', vault: 'Author', home: 'Author' });
    const first = await landing(email);
    expect(first.at).to.equal('/web/beacon');
    expect((await first.visitor.get('/web/home')).status).to.equal(200);
    expect((await landing(email)).at).to.equal('/web/home');
    expect((await landing(email, '/web/beacon/web-content')).at).to.equal('/web/beacon/web-content');
    // Reading somewhere does not lead away from where there is something to do.
    expect((await first.visitor.get('/web/anchor')).status).to.equal(200);
    expect((await landing(email)).at).to.equal('/web/beacon');
    expect((await first.visitor.get('/sign-in')).headers.location).to.equal('/web/beacon');
  });

  it('are known after a restart', async () => {
    const email = await person('rita', { anchor: 'Author', beacon: 'Author' });
    const { at, visitor } = await landing(email);
    expect(at).to.equal('/web/anchor');
    await visitor.get('/web/beacon');
    await portal.stop({ keep: true });
    portal = await startTestPortal({ home: portal.home });
    expect((await landing(email)).at).to.equal('/web/beacon');
  });

  it('are of readers where they read, and of administrators what it always was', async () => {
    expect((await landing(await person('max', { beacon: 'Member' }))).at).to.equal('/web/beacon');
    expect((await landing(await person('eve', { '': 'Administrator' }))).at).to.equal('/web/home');
    expect((await landing(await person('otto', { '': 'Operator' }))).at).to.equal('/web/home');
  });

  it('stand in both menus of who has a role in another site than the one at hand, and of nobody else', async () => {
    const both = await landing(await person('bea', { anchor: 'Author', beacon: 'Member' }));
    expect(links((await both.visitor.get('/web/anchor')).text)).to.equal(2);
    expect(links((await both.visitor.get('/account')).text)).to.equal(1);
    const page = await both.visitor.get('/my-sites');
    expect(page.text).to.match(
      /href="\/web\/anchor">anchor<\/a>[\s\S]+Author[\s\S]+href="\/web\/beacon">beacon<\/a>[\s\S]+Member/,
    );
    expect(page.text).not.to.include('vault');
    const one = await landing(await person('cleo', { anchor: 'Author' }));
    expect(links((await one.visitor.get('/web/anchor')).text)).to.equal(0);
    expect(links((await one.visitor.get('/web/home')).text)).to.equal(2);
    // A role in a site that its holder cannot see is none in another site.
    const unseen = await landing(await person('dora', { anchor: 'Author', vault: 'Author' }));
    expect(links((await unseen.visitor.get('/web/anchor')).text)).to.equal(0);
    expect(links((await portal.agent().get('/web/home')).text)).to.equal(0);
  });

  it('say to who has none what they may do and whom to ask, without telling who is who', async () => {
    const { at, visitor } = await landing(await person('nobody', {}));
    expect(at).to.equal('/my-sites');
    const page = await visitor.get(at);
    expect(page.text).to.include('You have no role in any site yet').and.to.include('ask whoever gave you this account');
    expect(page.text).to.include('href="/web/anchor"').and.not.to.include('vault').and.not.to.include('Administrator');
    expect((await portal.agent().get('/my-sites').set('Accept', 'text/html')).headers.location).to.match(/^\/sign-in\?next=/);
  });

  it('are none that is archived, and none whose pages are not there for who asks', async () => {
    const administrator = await portal.signIn();
    sites.attic = await portal.service(Sites).add({ name: 'attic', address: 'attic' });
    const { visitor } = await landing(await person('ada', { anchor: 'Author', attic: 'Author' }));
    expect(links((await visitor.get('/web/anchor')).text)).to.equal(2);
    expect((await portal.post(administrator, `/sites/${sites.attic.id}/archive`)).status).to.equal(303);
    expect(links((await visitor.get('/web/anchor')).text)).to.equal(0);
    const guests = (verb: string): Promise<{ exitCode: number }> =>
      portal.command(['roles', verb, '--name', 'Guest', '--permission', 'sites.view-site']);
    const stranger = await landing(await person('stranger', {}));
    expect((await guests('deny')).exitCode).to.equal(0);
    expect((await stranger.visitor.get('/web/anchor')).status).to.equal(404);
    expect((await stranger.visitor.get('/my-sites')).text).not.to.include('href="/web/anchor"');
    expect((await guests('allow')).exitCode).to.equal(0);
    expect((await stranger.visitor.get('/my-sites')).text).to.include('href="/web/anchor"');
  });

  it('are gone through by keyboard, wide and narrow', async function () {
    this.timeout(60_000);
    const email = await person('kim', { anchor: 'Author', beacon: 'Author' });
    const browser = await TestBrowser.open();
    try {
      for (const width of [1280, 390]) {
        const page = await browser.page(portal, { person: { email, password }, width });
        await page.getByRole('button', { name: 'Menu of kim' }).press('Enter');
        await page.getByRole('menuitem', { name: 'My Sites' }).press('Enter');
        await page.waitForURL('**/my-sites');
        await page.getByRole('main').getByRole('link', { name: 'beacon' }).waitFor();
        expect(await accessibilityFaults(page)).to.deep.equal([]);
        if (process.env.SHOTS) await page.screenshot({ path: `${process.env.SHOTS}/my-sites-${width}.png` });
        await page.getByRole('main').getByRole('link', { name: 'beacon' }).press('Enter');
        await page.waitForURL('**/web/beacon');
        if (width < 500) await page.getByRole('button', { name: 'Product Menu' }).press('Enter');
        await page.getByRole('navigation', { name: 'Product Menu' }).getByRole('link', { name: 'My Sites' }).press('Enter');
        await page.waitForURL('**/my-sites');
        await page.context().close();
      }
      expect(browser.complaints).to.deep.equal([]);
    } finally {
      await browser.close();
    }
  });
});
