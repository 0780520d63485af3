import { Flags } from '@portico/core';
import { accessibilityFaults, TestBrowser, type TestPortal } from '@portico/core/testing';
import { expect } from 'chai';
import { startSampleSettings } from '../testing/index.js';

type Page = Awaited<ReturnType<TestBrowser['page']>>;

describe('An administrator in a browser', () => {
  let portal: TestPortal;
  let browser: TestBrowser;
  before(async () => {
    portal = await startSampleSettings();
    browser = await TestBrowser.open();
  });
  after(async () => {
    await browser.close();
    await portal.stop();
  });
  afterEach(() => {
    expect(browser.complaints.splice(0)).to.deep.equal([]);
  });

  async function openEntry(page: Page): Promise<void> {
    await page.getByRole('button', { name: 'Global Menu' }).click();
    await page.getByRole('link', { name: 'Instance Settings' }).click();
    await page.getByRole('link', { name: 'Content and Data' }).click();
    await page.getByRole('link', { name: 'Sample' }).click();
    await page.getByRole('heading', { name: 'Sample', level: 1 }).waitFor();
  }

  for (const javaScript of [true, false]) {
    it(`stores a key and ticks a checkbox ${javaScript ? 'by the menus' : 'without scripts'}`, async () => {
      await portal.command(['settings', 'unset', 'sample.apiKey']);
      await portal.command(['settings', 'unset', 'sample.lamp']);
      const page = await browser.page(portal, { person: portal.administrator, javaScript });
      if (javaScript) await openEntry(page);
      else await page.goto('/configuration/instance-settings/sample');
      await page.getByLabel('API Key').fill('has spaces in it');
      await page.getByLabel('Light the Lamp').check();
      await page.getByLabel('Greeting').fill('Typed');
      await page.getByRole('button', { name: 'Save' }).click();
      await page.getByText('This is not a key').waitFor();
      expect(await page.getByLabel('API Key').inputValue()).to.equal('');
      expect([await page.getByLabel('Greeting').inputValue(), await page.getByLabel('Light the Lamp').isChecked()]).to.deep.equal(
        ['Typed', true],
      );
      await page.getByLabel('API Key').fill('sk-journey-0123456789-wxyz');
      await page.getByRole('button', { name: 'Save' }).click();
      await page.getByText('Sample was saved and is in force.').waitFor();
      await page.getByText('Ends in wxyz').waitFor();
      expect(await page.getByLabel('Light the Lamp').isChecked()).to.equal(true);
      await page.context().close();
    });
  }

  it('gives a site a value of its own by typing it, and takes a switch away from it', async () => {
    const page = await browser.page(portal, { person: portal.administrator });
    await page.goto('/web/home/configuration/site-settings/sample');
    const greeting = page.locator('.setting', { has: page.getByLabel('Greeting') });
    await greeting.getByRole('button', { name: 'Change for this site' }).click();
    await page.getByLabel('Greeting').fill('Thrown away');
    await page.getByText('Not yet saved: Greeting').waitFor();
    await greeting.getByRole('button', { name: 'Inherit again' }).click();
    await page.getByText('Everything is saved.').waitFor();
    await greeting.getByRole('button', { name: 'Change for this site' }).click();
    await page.getByLabel('Greeting').fill('Welcome');
    const lamp = page.getByRole('group', { name: 'Light the Lamp' });
    expect(
      await lamp.getByRole('radio').evaluateAll((all) => all.map((each) => each.parentElement?.textContent?.trim())),
    ).to.deep.equal(['Inherit', 'On', 'Off']);
    expect(await lamp.getByLabel('Inherit').isChecked()).to.equal(true);
    await lamp.getByLabel('Off').check();
    await page.getByText('Not yet saved: Light the Lamp, Greeting').waitFor();
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Sample was saved and is in force.').waitFor();
    await page.getByText('In force: Off, from Site Settings. Otherwise: On, from Instance Settings; Off, by default.').waitFor();
    expect((await portal.command(['settings', 'get', 'sample.greeting', '--site', 'home'])).out).to.equal(
      'Welcome, from Site Settings\n',
    );
    await page.context().close();
  });

  it('is asked before a field or a whole form is reset', async () => {
    const page = await browser.page(portal, { person: portal.administrator });
    await page.goto('/web/home/configuration/site-settings/sample');
    const setting = (name: string): ReturnType<Page['locator']> => page.locator('.setting', { has: page.getByLabel(name) });
    await setting('Notes').getByRole('button', { name: 'Change for this site' }).click();
    await page.getByLabel('Notes').fill('Not yet saved');
    await setting('Greeting').getByRole('button', { name: 'Inherit again' }).click();
    await page.getByRole('alertdialog').getByRole('button', { name: 'Inherit again' }).click();
    await page.getByText('The field uses what it inherits again.').waitFor();
    expect(await page.getByLabel('Notes').inputValue()).to.equal('Not yet saved');
    await page.getByRole('link', { name: 'Reset' }).click();
    await page.getByRole('heading', { name: 'Reset Sample' }).waitFor();
    await page.getByText('Light the Lamp').waitFor();
    await page.getByRole('button', { name: 'Reset' }).click();
    await page.getByText('Sample was reset.').waitFor();
    expect(await page.getByRole('group', { name: 'Light the Lamp' }).getByLabel('Inherit').isChecked()).to.equal(true);
    await page.getByRole('link', { name: 'History' }).click();
    await page.getByText('Inherits again').first().waitFor();
    await page.context().close();
  });

  it('shows both values when somebody else saved meanwhile', async () => {
    const page = await browser.page(portal, { person: portal.administrator });
    await page.goto('/configuration/instance-settings/sample');
    await page.getByLabel('Greeting').fill('Mine');
    await portal.command(['settings', 'set', 'sample.greeting', 'Theirs']);
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Stored meanwhile: Theirs').waitFor();
    expect(await page.getByLabel('Greeting').inputValue()).to.equal('Mine');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Sample was saved and is in force.').waitFor();
    await page.context().close();
  });

  it('imports a file after its faults are mended, and takes the import back', async () => {
    const page = await browser.page(portal, { person: portal.administrator });
    await page.goto('/configuration/instance-settings');
    await page.getByRole('link', { name: 'Export and Import' }).click();
    const file = (seconds: number): string =>
      JSON.stringify({
        format: 'portico-settings',
        version: 1,
        settings: [{ scope: 'instance', id: 'sample', values: { seconds } }],
      });
    const choose = (content: string): Promise<void> =>
      page
        .getByLabel('File', { exact: true })
        .setInputFiles({ name: 'settings.json', mimeType: 'application/json', buffer: Buffer.from(content) });
    await choose(file(99));
    await page.getByRole('button', { name: 'Check' }).click();
    await page.getByText('Enter 60 or less.').waitFor();
    expect(await page.getByRole('button', { name: 'Import' }).count()).to.equal(0);
    await choose(file(42));
    await page.getByRole('button', { name: 'Check' }).click();
    await page.getByText('Sample: Seconds per Turn').waitFor();
    await page.getByRole('button', { name: 'Import' }).click();
    await page.getByText('Imported: 1 changed.').waitFor();
    expect((await portal.command(['settings', 'get', 'sample.seconds'])).out).to.match(/^42 seconds/);
    await page.getByRole('button', { name: 'Undo' }).first().click();
    await page.getByRole('alertdialog').getByRole('button', { name: 'Undo' }).click();
    await page.getByText('Undone: 1 put back.').waitFor();
    expect((await portal.command(['settings', 'get', 'sample.seconds'])).out).not.to.match(/^42/);
    await page.context().close();
  });

  for (const javaScript of [true, false]) {
    it(`switches a feature flag off and on again${javaScript ? '' : ' without scripts'}`, async () => {
      const page = await browser.page(portal, { person: portal.administrator, javaScript });
      await page.goto('/configuration/instance-settings');
      await page.getByRole('link', { name: 'Feature Flags' }).click();
      await page.getByRole('tab', { name: 'Beta' }).click();
      await page.getByText('No feature flags of this type').waitFor();
      await page.getByRole('tab', { name: 'Release' }).click();
      for (const enabled of [false, true]) {
        await page.getByRole('switch', { name: /sample/ }).click();
        await page.getByText(`sample (sample) is ${enabled ? 'on' : 'off'}.`).waitFor();
        expect(await page.getByRole('switch', { name: /sample/ }).getAttribute('aria-checked')).to.equal(String(enabled));
        expect(portal.service(Flags).isEnabled('sample')).to.equal(enabled);
      }
      await page.context().close();
    });
  }

  it('is asked before a module is stopped', async () => {
    const page = await browser.page(portal, { person: portal.administrator });
    await page.goto('/configuration/modules');
    await page.getByRole('link', { name: 'Stop Sample', exact: true }).click();
    const dialog = page.getByRole('dialog', { name: 'Stop Sample', exact: true });
    await dialog.getByRole('button', { name: 'Cancel' }).click();
    await dialog.waitFor({ state: 'hidden' });
    expect(portal.modules.status('sample')?.state).to.equal('active');
    await page.getByRole('link', { name: 'Stop sample' }).click();
    await dialog.getByRole('button', { name: 'Stop' }).click();
    await page.getByText('sample: Stopped.').waitFor();
    await page.getByRole('button', { name: 'Start sample' }).click();
    await page.getByText('sample: Active.').waitFor();
    await page.context().close();
  });

  for (const path of [
    '/configuration/instance-settings',
    '/configuration/instance-settings?section=platform',
    '/configuration/instance-settings/sample',
    '/configuration/instance-settings/beacon',
    '/configuration/instance-settings/sample/history',
    '/configuration/instance-settings/sample/reset',
    '/configuration/settings-differences',
    '/configuration/settings-transfer',
    '/configuration/audit-log',
    '/web/home/configuration/settings-differences',
    '/configuration/feature-flags',
    '/configuration/feature-flags?type=beta',
    '/configuration/modules',
    '/configuration/modules/sample',
    '/configuration/modules/sample/stop',
    '/web/home/configuration/site-settings',
    '/web/home/configuration/site-settings/sample',
  ])
    it(`finds ${path} accessible, wide and narrow`, async () => {
      const page = await browser.page(portal, { person: portal.administrator });
      for (const width of [1280, 360]) {
        await page.setViewportSize({ width, height: 800 });
        await page.goto(path);
        expect(await accessibilityFaults(page)).to.deep.equal([]);
        const overflow = await page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth');
        expect(overflow, `wider than ${width} pixels by`).to.equal(0);
      }
      await page.context().close();
    });
});
