import { accessibilityFaults, TestBrowser } from '@portico/core/testing';
import { expect } from 'chai';
import type { Locator, Page } from 'playwright-core';
import { author, type CreatorPortal, startCreatorPortal } from './creator-portal.js';

describe('an author whose image service is busy', function () {
  this.timeout(60_000);
  let creator: CreatorPortal;
  let browser: TestBrowser;
  let page: Page;
  let heard: string[];

  before(async () => {
    creator = await startCreatorPortal();
    browser = await TestBrowser.open();
  });
  beforeEach(async () => {
    creator.sandbox.reset();
    heard = [];
    page = await browser.page(creator.portal, { person: author });
  });
  afterEach(async () => {
    await page.context().close();
    expect(browser.complaints.splice(0)).to.deep.equal([]);
  });
  after(async () => {
    await browser.close();
    await creator.stop();
  });

  /** Presses Create, with an ear on the live region. */
  async function create(description: string): Promise<Locator> {
    await page.goto('/web/home/documents-media');
    await page.getByRole('button', { name: 'New', exact: true }).click();
    await page.getByRole('menuitem', { name: 'Create AI Image' }).click();
    const dialog = page.getByRole('dialog', { name: 'Create AI Image' });
    await dialog.getByLabel('Description').fill(description);
    await page.exposeFunction('heard', (sentence: string) => void heard.push(sentence));
    await page.evaluate(`{
      const region = document.querySelector('portico-create-image [data-live]');
      new MutationObserver(() => heard(region.textContent)).observe(region, { childList: true, characterData: true, subtree: true });
    }`);
    await dialog.getByRole('button', { name: 'Create', exact: true }).click();
    return dialog;
  }
  const waits = (dialog: Locator): Locator =>
    dialog.locator('[data-status]', { hasText: /^The image service is busy\. Trying again in \d+ s\.$/ });

  it('sees the time run down, hears it once, and gets the images', async () => {
    creator.sandbox.next({ name: 'slow-down', retryAfter: 6 });
    const dialog = await create('a patient tortoise');
    await waits(dialog).waitFor();
    expect(await accessibilityFaults(page)).to.deep.equal([]);
    const seen = new Set<string>();
    for (let tries = 0; seen.size < 3 && tries < 200; tries += 1) {
      for (const text of await waits(dialog).allTextContents()) seen.add(text);
      await page.waitForTimeout(50);
    }
    expect(seen.size, [...seen].join(' ')).to.be.at.least(3);
    await dialog.getByRole('checkbox', { name: 'Image 1: a patient tortoise' }).waitFor();
    expect(heard.filter((sentence) => sentence.includes('is busy'))).to.have.length(1);
    expect(creator.sandbox.generations.map(({ status }) => status)).to.deep.equal([429, 200]);
  });

  it('cancels while it waits, and reads that nothing is charged', async () => {
    creator.sandbox.next({ name: 'slow-down', retryAfter: 50 });
    const dialog = await create('an impatient hare');
    await waits(dialog).waitFor();
    await dialog.getByRole('button', { name: 'Cancel' }).click();
    await dialog.getByText('Cancelled while it waited to be sent again. Nothing is charged.').first().waitFor();
    expect(creator.sandbox.generations).to.have.length(1);
  });

  it('is told by the page without scripts as well, which renews itself', async () => {
    creator.sandbox.next({ name: 'error-503', retryAfter: 50 });
    const { id } = (await creator.create({ description: 'a quiet page' })).body as { id: string };
    const path = `/web/home/ai-creator/generations/${id}`;
    for (let tries = 0; tries < 200; tries += 1) {
      const { text, headers } = await creator.visitor.get(path).set('Accept', 'text/html');
      if (/The image service (?:has trouble|is busy)\. Trying (?:again )?in \d+ s\./.test(text)) {
        expect(headers).to.include({ refresh: '2' });
        return;
      }
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    throw new Error('The page does not tell that it waits.');
  });
});
