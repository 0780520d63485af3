import { setTimeout as sleep } from 'node:timers/promises';
import { TestBrowser, type TestPortal } from '@portico/core/testing';
import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { type ModulePackages, portalWithPackages } from '../support/module-packages.js';

const long = 'Supercalifragilistic Management of Everything That Anybody Ever Wanted to Keep, Find Again and Give Away at Last';
const entries = [
  'Harvest Calendar',
  'Orchard Ledger',
  'Cellar Register',
  'Tasting Protocol',
  'Bottling Schedule',
  'Delivery Rounds',
];

describe('What modules call themselves and add', function () {
  this.timeout(180_000);
  let packages: ModulePackages;
  let portal: TestPortal;
  let browser: TestBrowser;
  /** The page that says what came of the installation. */
  let outcome: string;
  portalWithPackages((both) => {
    ({ portal, packages } = both);
  });

  before(async () => {
    browser = await TestBrowser.open();
    const admin = await portal.signIn();
    const file = await packages.pack({
      id: 'orchard',
      files: {
        'messages/en.json': JSON.stringify({
          'module.name': long,
          ...Object.fromEntries(entries.map((name, index) => [`entry-${index}`, name])),
        }),
        'module.js': `import * as core from '@portico/core';
          export default core.defineModule(({ contribute }) => {
            for (let index = 0; index < ${entries.length}; index += 1)
              contribute(core.MenuItems).value({ label: 'entry-' + index, href: '/orchard/' + index, menu: 'product' }, { id: 'entry-' + index });
          });`,
      },
    });
    const { headers } = await admin
      .post('/configuration/packages/new')
      .set('Origin', portal.url)
      .set('X-Portico-Csrf', await portal.csrf(admin))
      .attach('package', file);
    const address = headers.location as string;
    const plan = /name="plan" value="([^"]+)"/.exec((await admin.get(address)).text)?.[1];
    outcome = (await portal.post(admin, address, { plan })).headers.location as string;
    for (let look = 0; look < 400; look += 1) {
      if ((await admin.get(`${outcome}/state`)).body.isRunning === false) return;
      await sleep(50);
    }
    throw new Error('It does not end.');
  });
  after(() => browser?.close());

  const overflow = async (page: Page): Promise<number> =>
    Number(await page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth'));

  for (const width of [390, 1280])
    it(`stays within its card, however long it is, at ${width} pixels`, async () => {
      const page = await browser.page(portal, { person: portal.administrator, width });
      await page.goto(outcome);
      const button = await page.getByRole('link', { name: `Open ${long}` }).boundingBox();
      const card = await page.locator('.sheet').boundingBox();
      if (!button || !card) throw new Error('The button or its card is not there.');
      expect(button.x + button.width).to.be.at.most(card.x + card.width);
      expect(await overflow(page)).to.equal(0);
    });

  it('stands in one row of the bar of the home page, and each entry can be reached', async () => {
    const page = await browser.page(portal, { person: portal.administrator, width: 1280 });
    await page.goto('/web/home');
    const links = page
      .getByRole('navigation')
      .filter({ hasText: entries[0] ?? '' })
      .getByRole('link');
    const tops = await links.evaluateAll((all) => [...new Set(all.map((link) => Math.round(link.getBoundingClientRect().top)))]);
    expect(tops).to.have.length(1);
    expect(await overflow(page)).to.equal(0);
    const last = page.getByRole('link', { name: entries.at(-1) ?? '' });
    await last.focus();
    const box = await last.boundingBox();
    expect((box?.x ?? 0) + (box?.width ?? 2000)).to.be.at.most(1280);
  });

  it('stands in line in the Product Menu, with an icon or without', async () => {
    const page = await browser.page(portal, { person: portal.administrator, width: 1280 });
    await page.goto('/web/home/documents');
    const starts = await page.locator('.app-side .side-link > span:not(.badge)').evaluateAll((all) =>
      all.map((span) => {
        const range = document.createRange();
        range.selectNodeContents(span);
        return Math.round(range.getBoundingClientRect().left);
      }),
    );
    expect(starts.length).to.be.greaterThan(entries.length);
    expect(new Set(starts).size, starts.join(' ')).to.equal(1);
    expect(browser.complaints).to.deep.equal([]);
  });
});
