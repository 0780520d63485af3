import { accessibilityFaults, TestBrowser } from '@portico/testing';
import { expect } from 'chai';
import { type Fixture, fixture } from './pictures.js';

describe('An author with stock photos', () => {
  let given: Fixture;
  let browser: TestBrowser;

  before(async () => {
    [given, browser] = await Promise.all([fixture(30), TestBrowser.open()]);
  });
  after(async () => {
    await browser?.close();
    await given?.remove();
  });
  afterEach(() => expect(browser.complaints).to.deep.equal([]));

  for (const width of [1280, 390])
    it(`adds one to Documents and Media from the New menu, ${width} pixels wide`, async () => {
      const { portal } = given;
      const page = await browser.page(portal, { person: portal.administrator, width });
      await page.goto('/web/home/documents-media');
      await page.getByRole('button', { name: 'New', exact: true }).click();
      await page.getByRole('menuitem', { name: 'Stock Photo', exact: true }).click();
      const dialog = page.getByRole('dialog', { name: 'Stock Photo' });
      await dialog.getByText('32 pictures').waitFor();
      const pier = dialog.getByRole('button', { name: 'Choose Pier' });
      await dialog.getByRole('link', { name: 'Next' }).click();
      await dialog.getByRole('button', { name: 'Choose Hill 030' }).waitFor();
      await dialog.getByRole('link', { name: 'Previous' }).click();
      await pier.waitFor();
      await dialog.getByRole('searchbox', { name: 'Search stock photos' }).fill('dusk');
      await page.keyboard.press('Enter');
      await dialog.getByText('1 picture', { exact: true }).waitFor();
      await pier.locator('img').evaluate((image: HTMLImageElement) => image.decode());
      expect(await accessibilityFaults(page)).to.deep.equal([]);
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      expect(overflow).to.equal(0);
      await pier.click();
      await dialog.waitFor({ state: 'detached' });
      await page.getByRole('link', { name: 'Pier.jpg' }).first().waitFor();
      await page.context().close();
    });

  it('puts one into an article from the item selector, by keyboard', async () => {
    const { portal } = given;
    const page = await browser.page(portal, { person: portal.administrator });
    await page.goto('/web/home/item-selector?type=image&return=image-url&uploads=true');
    await page.evaluate(() => {
      document.addEventListener('portico:item-selected', (event) => {
        document.body.dataset.chosen = JSON.stringify((event as CustomEvent).detail);
      });
    });
    const tab = page.getByRole('tab', { name: 'Stock Photos' });
    await page.getByRole('tab').first().focus();
    while ((await tab.getAttribute('aria-selected')) !== 'true') await page.keyboard.press('ArrowRight');
    await page.getByRole('button', { name: 'Choose Quiet sea 2' }).focus();
    expect(await accessibilityFaults(page)).to.deep.equal([]);
    await page.keyboard.press('Enter');
    await page.waitForFunction(() => document.body.dataset.chosen !== undefined);
    const chosen = JSON.parse((await page.locator('body').getAttribute('data-chosen')) ?? '{}');
    expect(chosen).to.include({ returnType: 'image-url', title: 'Quiet sea 2.png' });
    expect((await page.request.get(chosen.value)).status()).to.equal(200);
    await page.context().close();
  });
});
