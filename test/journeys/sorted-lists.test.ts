import { TestBrowser } from '@portico/core/testing';
import { Library, picture } from '@portico/documents-media/testing';
import { People } from '@portico/identity/api';
import { Sites } from '@portico/sites/api';
import { expect } from 'chai';
import type { Locator, Page } from 'playwright-core';

/** The lists of the portal behave alike: headings that sort by mouse, keyboard and without scripts, a total, and an order that stays. */
describe('Lists that can be sorted', function () {
  this.timeout(120_000);
  let library: Library;
  let browser: TestBrowser;
  let page: Page;

  before(async () => {
    library = await Library.open();
    const { portal } = library;
    for (let number = 1; number <= 23; number += 1) {
      const two = String(number).padStart(2, '0');
      await portal
        .service(People)
        .add({ email: `p${two}@example.org`, name: `Zoe ${24 - number}`, password: 'a lighthouse at dusk' });
      await portal.service(Sites).add({ name: `Island ${two}`, address: `z${String(90 - number)}` });
    }
    browser = await TestBrowser.open();
    page = await browser.page(portal, { person: portal.administrator });
  });

  after(async () => {
    await browser?.close();
    await library?.close();
    expect(browser.complaints).to.deep.equal([]);
  });

  const names = (): Promise<string[]> => page.locator('tbody tr td:first-child :is(a, .cell-name)').allTextContents();
  const heading = (name: string): Locator => page.getByRole('columnheader', { name });
  const sortBy = async (name: string, sort: 'ascending' | 'descending'): Promise<void> => {
    await heading(name).getByRole('link').focus();
    await page.keyboard.press('Enter');
    await page.locator(`th[aria-sort="${sort}"]`, { hasText: name }).waitFor();
    expect(await page.locator('th[aria-sort]').count()).to.equal(1);
    const arrow = (await page.locator('th[aria-sort] svg use').getAttribute('href')) ?? '';
    const [sprite = '', id = ''] = arrow.split('#');
    expect(await (await page.request.get(sprite)).text(), arrow).to.include(`id="${id}"`);
  };

  it('are those of people', async () => {
    await page.goto('/identity/users');
    await page.getByText('20 of 25').waitFor();
    await sortBy('Name', 'ascending');
    await sortBy('Name', 'descending');
    const first = await names();
    expect(first.slice(0, 3)).to.deep.equal(['Zoe 23', 'Zoe 22', 'Zoe 21']);
    await page.getByRole('link', { name: 'Next' }).click();
    await page.getByRole('link', { name: 'Previous' }).waitFor();
    expect(new Set([...first, ...(await names())]).size).to.equal(25);
    expect(await heading('Name').getAttribute('aria-sort')).to.equal('descending');
    await page.getByRole('searchbox').fill('zoe 2');
    await page.keyboard.press('Enter');
    await page.waitForURL((url) => url.searchParams.get('q') === 'zoe 2');
    expect(await heading('Name').getAttribute('aria-sort'), 'while searching').to.equal('descending');
    expect((await names())[0]).to.equal('Zoe 23');
    await page.goto('/identity/users');
    expect(await heading('Name').getAttribute('aria-sort'), 'the next time').to.equal('descending');
  });

  it('are those of the members of a site', async () => {
    await page.goto('/web/home/identity/memberships');
    for (const email of ['p01@example.org', 'p02@example.org']) {
      await page.getByLabel('Email Address').fill(email);
      await page.getByRole('button', { name: 'Add Member' }).click();
      await page.getByRole('cell', { name: email, exact: true }).waitFor();
    }
    await sortBy('Name', 'ascending');
    const cells = (): Promise<string[]> => page.locator('tbody tr td:nth-child(2)').allTextContents();
    expect((await cells()).filter((email) => email.startsWith('p0'))).to.deep.equal(['p02@example.org', 'p01@example.org']);
    await sortBy('Name', 'descending');
    expect((await cells()).filter((email) => email.startsWith('p0'))).to.deep.equal(['p01@example.org', 'p02@example.org']);
  });

  it('are those of sites, which have pages and a search', async () => {
    await page.goto('/sites');
    await page.getByText('20 of 25').waitFor();
    expect((await names())[0]).to.equal('Home');
    await sortBy('Friendly Address', 'ascending');
    expect((await names()).slice(0, 2)).to.deep.equal(['Home', 'Other']);
    await page.getByRole('searchbox').fill('ÍSLAND 0');
    await page.keyboard.press('Enter');
    await page.getByText('11 entries').waitFor();
    expect((await names())[0]).to.equal('Island 20');
    await page.getByRole('searchbox').fill('z71');
    await page.keyboard.press('Enter');
    await page.getByText('1 entry').waitFor();
    expect(await names()).to.deep.equal(['Island 19']);
    await page.getByRole('searchbox').fill('nowhere');
    await page.keyboard.press('Enter');
    await page.getByText('No site was found').waitFor();
  });

  it('are those of articles', async () => {
    const administrator = await library.portal.signIn();
    for (const title of ['Éclair', 'banana', 'Apple', 'zebra'])
      await library.portal.post(administrator, '/web/home/web-content/new', { title, body: 'x', intent: 'draft' });
    await page.goto('/web/home/web-content');
    await page.getByText('4 entries').waitFor();
    expect(await names()).to.deep.equal(['zebra', 'Apple', 'banana', 'Éclair']);
    await sortBy('Title', 'ascending');
    expect(await names()).to.deep.equal(['Apple', 'banana', 'Éclair', 'zebra']);
    await page.getByRole('searchbox').fill('ECL');
    await page.keyboard.press('Enter');
    await page.getByText('1 entry').waitFor();
    expect(await names()).to.deep.equal(['Éclair']);
    await page.goto('/web/home/web-content');
    expect((await names())[0], 'the next time').to.equal('Apple');
    const plain = await browser.page(library.portal, { person: library.portal.administrator, javaScript: false });
    await plain.goto('/web/home/web-content');
    await plain.getByRole('columnheader', { name: 'Title' }).getByRole('link').click();
    await plain.locator('th[aria-sort="ascending"]', { hasText: 'Title' }).waitFor();
    await plain.context().close();
  });

  it('are those of the item selector, in a folder and a search, and the next time it opens', async () => {
    const album = await library.documents.ensureFolder(library.system(), 'Album');
    for (const [name, side] of [
      ['small.png', 20],
      ['large.png', 400],
      ['middle.png', 100],
    ] as const)
      await library.add({ name, folderId: album.id, content: await picture(side, side) });
    const selector = '/web/home/documents-media/selector?type=image&return=image-url';
    const tiles = (): Promise<string[]> => page.locator('.selector-item .tile-name').allTextContents();
    await page.goto(selector);
    await page.getByRole('link', { name: 'Album' }).click();
    await page.getByText('3 entries').waitFor();
    expect(await tiles()).to.deep.equal(['middle.png', 'large.png', 'small.png']);
    await page.getByRole('button', { name: 'Latest first' }).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('menuitem', { name: 'By name' }).press('Enter');
    await page.getByRole('button', { name: 'By name' }).waitFor();
    expect(await tiles()).to.deep.equal(['large.png', 'middle.png', 'small.png']);
    await page.getByRole('searchbox').fill('png');
    await page.keyboard.press('Enter');
    await page.getByText('Found for “png”').waitFor();
    await page.getByRole('button', { name: 'By name' }).waitFor();
    await page.goto(selector);
    await page.getByRole('button', { name: 'By name' }).waitFor();
  });

  it('take no other order than those that they have', async () => {
    const administrator = await library.portal.signIn();
    for (const path of ['/identity/users', '/sites', '/web/home/web-content', '/web/home/identity/memberships'])
      for (const query of ['order=password_hash', 'order=name%3B', 'direction=up'])
        expect((await administrator.get(`${path}?${query}`)).status, `${path} ${query}`).to.equal(400);
  });
});
