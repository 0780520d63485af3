import { startSampleSettings, type TestClient, visibleText } from '@portico/configuration/testing';
import { accessibilityFaults, TestBrowser, type TestPortal } from '@portico/core/testing';
import { expect } from 'chai';

const screen = '/configuration/extension-points';

describe('The screen Extension Points', () => {
  let portal: TestPortal;
  let admin: TestClient;
  before(async () => {
    portal = await startSampleSettings();
    admin = await portal.signIn();
  });
  after(() => portal.stop());

  const pageOf = async (path: string): Promise<string> => visibleText((await admin.get(`${screen}${path}`)).text);

  it('lists what modules can add to, with who adds something now, and finds by any word of it', async () => {
    expect(await pageOf('')).to.match(
      /MenuItems portico\.menu-items An entry of the Product Menu .* Of Portico\. Now added to by .*Control Panel.*?\./,
    );
    const found = await pageOf('?text=PRODUCT%20menu');
    expect(found).to.include('MenuItems portico.menu-items').and.not.to.include('SettingsLinks');
    expect((await pageOf('')).split('portico.permissions'), 'once, whoever opens it').to.have.length(2);
    expect(await pageOf('?text=unicorn')).to.include('Nothing found');
  });

  it('shows of a point what is added, an example, who opens it and who adds something now', async () => {
    const page = await pageOf('/extension-point/portico.menu-items');
    expect(page)
      .to.include("import { MenuItems } from '@portico/core';")
      .and.to.match(/interface MenuItem \{ \/\*\* Message key/)
      .and.to.include('contribute(MenuItems).value(')
      .and.to.include('From docs/module-authors.md')
      .and.to.include('A contribution may say when it is there')
      .and.to.include('Sample Watch the Lamp lamp');
    await portal.modules.stop('sample');
    try {
      expect(await pageOf('/extension-point/portico.menu-items'), 'now means now').not.to.include('Sample');
    } finally {
      await portal.modules.start('sample');
    }
    expect((await admin.get(`${screen}/extension-point/acme.nothing`)).status).to.equal(404);
  });

  it('has the services, permissions, settings, events and flags too, each with its words', async () => {
    expect(await pageOf('?kind=service&text=Flags')).to.include('Flags portico.flags');
    expect(await pageOf('/service/configuration.settings'))
      .to.include('Offered by Settings')
      .and.to.include('Needed by');
    expect(await pageOf('?kind=permission&text=menu')).to.include('Nothing found');
    expect(await pageOf('?kind=permission&text=upload')).to.include('Nothing found');
    expect(await pageOf('?kind=permission&text=manage-modules')).to.include(
      'Manage modules configuration.manage-modules instance',
    );
    expect(await pageOf('?kind=setting&text=storage')).to.include('Storage per Site documents-media.storageQuota size');
    expect(await pageOf('?kind=event&text=folder-contents')).to.include('the key is the id of the site');
    expect(await pageOf('?kind=flag&text=LPD')).to.include('LPD-10793');
  });

  it('is for those who manage modules', async () => {
    await portal.command(['users', 'add', '--email', 'eve@portico.example', '--name', 'Eve'], 'a long enough password');
    const eve = await portal.signIn({ email: 'eve@portico.example', password: 'a long enough password' });
    expect((await eve.get(screen)).status).to.equal(404);
  });

  it('is reached from the module that opens a point, and can be used on a telephone and by those who do not see it', async () => {
    const browser = await TestBrowser.open();
    try {
      const page = await browser.page(portal, { person: portal.administrator, width: 390 });
      await page.goto('/configuration/modules/configuration');
      await page.getByRole('link', { name: 'configuration.settings-notices' }).first().click();
      await page.getByRole('heading', { name: 'SettingsNotices' }).waitFor();
      expect(await accessibilityFaults(page)).to.deep.equal([]);
      expect(await page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth')).to.equal(0);
      await page.goto(screen);
      await page.getByLabel('Search').fill('settings page');
      await page.getByRole('button', { name: 'Find' }).click();
      expect(await accessibilityFaults(page)).to.deep.equal([]);
      expect(await page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth')).to.equal(0);
      expect(browser.complaints).to.deep.equal([]);
    } finally {
      await browser.close();
    }
  });
});
