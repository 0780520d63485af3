import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Jobs, UnitOfWork } from '@portico/core';
import { accessibilityFaults, startTestPortal, TestBrowser, type TestPortal } from '@portico/core/testing';
import { People } from '@portico/identity/api';
import { Sites } from '@portico/sites/api';
import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { FixtureModules } from '../support/fixture-modules.js';

/** Work of three pieces; each waits until the test lets it go on. */
const walk = `
  class Walk {
    kind = 'walks.walk';
    label = 'walk';
    canCancel = true;
    constructor(unitOfWork) { this.unitOfWork = unitOfWork; }
    async run({ signal, save }) {
      for (let done = 0; done < 3; done += 1) {
        while (globalThis.walked <= done) {
          signal.throwIfAborted();
          await new Promise((resolve) => setTimeout(resolve, 20));
        }
        await this.unitOfWork.write((transaction) => save(transaction, { done: done + 1, total: 3 }));
      }
    }
  }
  core.injectable()(Walk);
  core.inject(core.UnitOfWork)(Walk, undefined, 0);
  export default defineModule(({ contribute }) => { contribute(core.JobKinds).to(Walk); });`;

type Role = 'button' | 'link' | 'menuitem' | 'textbox';
const walked = globalThis as { walked?: number };

describe('The ends of sites and people, in a browser', function () {
  this.timeout(90_000);
  let modules: FixtureModules;
  let portal: TestPortal;
  let browser: TestBrowser;

  before(async () => {
    modules = await FixtureModules.create();
    const folder = await modules.write('walks', walk);
    await mkdir(join(folder, 'messages'));
    await writeFile(join(folder, 'messages/en.json'), JSON.stringify({ 'module.name': 'Walks', walk: 'Walk to {title}' }));
    portal = await startTestPortal({ config: { modulePaths: modules.paths } });
    browser = await TestBrowser.open();
  });

  after(async () => {
    await browser?.close();
    await portal?.stop();
    await modules?.remove();
    delete walked.walked;
    expect(browser.complaints).to.deep.equal([]);
  });

  for (const width of [1280, 390])
    it(`are begun, followed, left, found again and undone by keyboard, ${width} pixels wide`, async () => {
      const site = `Guide ${width}`;
      const address = `guide-${width}`;
      const person = { name: `Ann ${width}`, email: `ann-${width}@example.org`, password: 'nine rivers and a boat' };
      await portal.service(Sites).add({ name: site, address });
      await portal.service(People).add(person);
      const page = await browser.page(portal, { person: portal.administrator, width });
      /** Each page is looked at by axe in one of the widths: it takes a second. */
      const look = async (name: string, widthOfAxe: number): Promise<void> => {
        if (width === widthOfAxe) expect(await accessibilityFaults(page), name).to.deep.equal([]);
        const fits = await page.evaluate('document.documentElement.scrollWidth <= window.innerWidth');
        expect(fits, `${name} is as wide as the window`).to.equal(true);
        if (process.env.PORTICO_SHOTS) {
          await page.screenshot({ path: `${process.env.PORTICO_SHOTS}/${name}-${width}.png`, fullPage: true });
          await page.emulateMedia({ colorScheme: 'dark' });
          await page.screenshot({ path: `${process.env.PORTICO_SHOTS}/${name}-${width}-dark.png`, fullPage: true });
          await page.emulateMedia({ colorScheme: null });
        }
      };
      const press = async (name: string, role: Role = 'button'): Promise<void> => {
        await tabTo(page, name, role);
        await page.keyboard.press('Enter');
      };
      const type = async (name: string, text: string): Promise<void> => {
        await tabTo(page, name, 'textbox');
        await page.keyboard.type(text);
      };
      const says = (text: string): Promise<void> => page.getByText(text).first().waitFor();

      // A site goes into the trash and comes back.
      await page.goto('/sites');
      await press(site, 'link');
      await page.getByRole('heading', { name: 'Archive or Delete' }).waitFor();
      await look('site', 390);
      await press(`Delete ${site}`, 'link');
      await says('It stays in the trash for 30 days');
      await type('Friendly Address', 'another');
      await press('Delete Site');
      await says(`This is not the address of the site: type ${address}.`);
      await look('site-removal', 1280);
      await tabTo(page, 'Friendly Address', 'textbox');
      await page.keyboard.press('Control+A');
      await page.keyboard.type(address);
      await press('Delete Site');
      await says(`${site} is in the trash for 30 days.`);
      await look('site-trash', 390);
      await press(`Restore ${site}`);
      await says(`${site} is in use again.`);
      expect((await page.request.get(`/web/${address}`)).status()).to.equal(200);

      // Long work is left and found again.
      walked.walked = 1;
      await portal.service(UnitOfWork).write((transaction) =>
        portal.service(Jobs).enqueue(transaction, {
          kind: 'walks.walk',
          subject: address,
          title: site,
          scope: 'instance',
          by: { id: portal.service(People).byEmail(portal.administrator.email)?.id ?? '', name: 'Admin' },
        }),
      );
      await press('Menu of Administrator');
      await press('My Jobs', 'menuitem');
      await press(`Walk to ${site}`, 'link');
      await says('1 of 3 are done.');
      const bar = page.getByRole('progressbar', { name: `Walk to ${site}` });
      expect(await bar.evaluate((element) => [element.getAttribute('max'), element.getAttribute('value')])).to.deep.equal([
        '3',
        '1',
      ]);
      await look('job', 1280);
      walked.walked = 2;
      await says('2 of 3 are done.');
      await page.goto('/sites');
      walked.walked = 3;
      await press('Menu of Administrator');
      await press('My Jobs', 'menuitem');
      await page.getByRole('heading', { name: 'My Jobs' }).waitFor();
      await look('jobs', 390);
      await press(`Walk to ${site}`, 'link');
      await says('Done.');
      expect(await bar.count()).to.equal(0);
      await look('job-done', 390);

      // What is known of a person comes as a file; then the person goes.
      await page.goto('/identity/users');
      await press(person.name, 'link');
      await page.getByRole('heading', { name: 'Export, Merge or Delete' }).waitFor();
      await look('person', 1280);
      const [download] = await Promise.all([page.waitForEvent('download'), press('Export')]);
      const known = JSON.parse(await readFile(await download.path(), 'utf8'));
      expect([download.suggestedFilename(), known.account.name]).to.deep.equal([`${person.email}.json`, person.name]);
      await press('Delete', 'link');
      await says('Nothing brings it back.');
      await look('person-removal', 1280);
      await type('Email Address', person.email);
      await press('Delete Person');
      await says(`${person.name} is deleted.`);
      expect(portal.service(People).byEmail(person.email)).to.equal(undefined);
      await page.context().close();
    });
});

/** Goes on with Tab until something has the focus; a journey by keyboard alone. */
async function tabTo(page: Page, name: string, role: Role): Promise<void> {
  const target = page.getByRole(role, { name, exact: true }).first();
  await target.waitFor();
  for (let presses = 0; presses < 120; presses += 1) {
    if (await target.evaluate((element) => element === element.ownerDocument.activeElement)) return;
    await page.keyboard.press(role === 'menuitem' ? 'ArrowDown' : 'Tab');
  }
  throw new Error(`The keyboard does not get to ${name}.`);
}
