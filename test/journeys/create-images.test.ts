import { TestBrowser } from '@portico/core/testing';
import { expect } from 'chai';
import type { Locator, Page } from 'playwright-core';
import { author, type ImagePortal, startImagePortal } from './image-portal.js';

describe('An author who needs an image', () => {
  let started: ImagePortal;
  let browser: TestBrowser;

  before(async () => {
    started = await startImagePortal();
    browser = await TestBrowser.open();
  });
  after(async () => {
    await browser.close();
    await started.stop();
  });
  afterEach(() => {
    expect(browser.complaints.splice(0)).to.deep.equal([]);
  });

  /** Opens Documents and Media the way a person does. */
  async function openDocuments(page: Page): Promise<void> {
    await page.getByRole('navigation', { name: 'Product Menu' }).getByRole('link', { name: 'Documents and Media' }).click();
    await page.getByRole('heading', { name: 'Documents and Media' }).waitFor();
  }

  async function openDialog(page: Page): Promise<Locator> {
    await page.getByRole('button', { name: 'New', exact: true }).click();
    await page.getByRole('menuitem', { name: 'Create AI Image' }).click();
    return page.getByRole('dialog', { name: 'Create AI Image' });
  }

  async function describeImages(dialog: Locator, description: string, size: string, count: number): Promise<void> {
    await dialog.getByLabel('Description').fill(description);
    await dialog.getByLabel('Image Size').selectOption(size);
    await dialog.getByLabel('Number of Images to Generate').selectOption(String(count));
    await dialog.getByRole('button', { name: 'Create', exact: true }).click();
  }

  it('makes two in Documents and Media and finds them there, in the size that was asked for', async () => {
    const page = await browser.page(started.portal, { person: author });
    await openDocuments(page);
    const dialog = await openDialog(page);
    await describeImages(dialog, 'A lighthouse at dusk', '512x512', 2);
    const choices = dialog.getByRole('checkbox', { name: /^Image \d/ });
    await choices.nth(1).waitFor();
    expect(await choices.count()).to.equal(2);
    for (const choice of await choices.all()) await choice.check();
    await dialog.getByRole('button', { name: 'Add Selected' }).click();
    await dialog.waitFor({ state: 'hidden' });
    const documents = page.getByRole('link', { name: /a-lighthouse-at-dusk/ });
    await documents.nth(1).waitFor();
    expect(await documents.count()).to.equal(2);
    await documents.first().click();
    await page.getByText('512 × 512 pixels').waitFor();
    await page.getByText('A lighthouse at dusk').first().waitFor();
    expect(started.sandbox.generations).to.have.length(1);
    await page.context().close();
  });

  it('puts one into an article, where it still is after Publish', async () => {
    const page = await browser.page(started.portal, { person: author });
    await page.getByRole('navigation', { name: 'Product Menu' }).getByRole('link', { name: 'Web Content' }).click();
    await page.getByRole('link', { name: 'New', exact: true }).click();
    await page.getByLabel('Title').fill('The coast');
    await page.getByRole('textbox', { name: 'Content' }).click();
    await page.keyboard.type('We went to the sea.');
    await page.getByRole('button', { name: 'Image', exact: true }).click();
    const selector = page.getByRole('dialog', { name: 'Select Image' });
    await selector.getByRole('tab', { name: 'Documents and Media' }).waitFor();
    await selector.getByRole('button', { name: 'New', exact: true }).click();
    await selector.getByRole('menuitem', { name: 'Create AI Image' }).click();
    const dialog = page.getByRole('dialog', { name: 'Create AI Image' });
    await describeImages(dialog, 'Waves on a quiet beach', '256x256', 1);
    await dialog.getByRole('checkbox', { name: /^Image \d/ }).check();
    await dialog.getByRole('button', { name: 'Add Selected' }).click();
    await selector.waitFor({ state: 'hidden' });
    await page.getByRole('textbox', { name: 'Content' }).getByRole('img').waitFor();
    await page.getByRole('button', { name: 'Publish' }).click();
    await page.getByText('“The coast” is published.').waitFor();

    const visitor = await browser.page(started.portal);
    await visitor.goto('/web/home/articles/the-coast');
    const picture = visitor.locator('article img');
    await picture.waitFor();
    expect(await picture.evaluate((image: HTMLImageElement) => image.decode().then(() => image.naturalWidth))).to.equal(256);
    expect(await picture.getAttribute('alt')).to.not.equal('');
    await visitor.context().close();
    await page.context().close();
  });

  it('does the whole job by keyboard, and gets the focus back', async () => {
    const page = await browser.page(started.portal, { person: author });
    await page.goto('/web/home/documents-media');
    const button = page.getByRole('button', { name: 'New', exact: true });
    await button.focus();
    await page.keyboard.press('Enter');
    const item = page.getByRole('menuitem', { name: 'Create AI Image' });
    for (let step = 0; step < 12 && !(await item.evaluate((element) => element === document.activeElement)); step += 1) {
      await page.keyboard.press('ArrowDown');
    }
    await page.keyboard.press('Enter');
    const dialog = page.getByRole('dialog', { name: 'Create AI Image' });
    await dialog.getByLabel('Description').waitFor();
    await dialog.getByLabel('Description').focus();
    await page.keyboard.type('A green forest');
    await dialog.getByRole('button', { name: 'Create', exact: true }).focus();
    await page.keyboard.press('Enter');
    const choice = dialog.getByRole('checkbox', { name: /^Image \d/ }).first();
    await choice.waitFor();
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'hidden' });
    expect(await button.evaluate((element) => element === document.activeElement)).to.equal(true);
    await page.context().close();
  });

  it('does the same job without scripts', async () => {
    const page = await browser.page(started.portal, { person: author, javaScript: false });
    await page.goto('/web/home/ai-creator/create');
    await page.getByLabel('Description').fill('A mountain in the morning');
    await page.getByLabel('Image Size').selectOption('256x256');
    await page.getByRole('button', { name: 'Create', exact: true }).click();
    const choice = page.getByRole('checkbox', { name: /^Image \d/ }).first();
    for (let attempt = 0; attempt < 20 && (await choice.count()) === 0; attempt += 1) {
      await page.waitForTimeout(500);
      await page.reload();
    }
    await choice.check();
    await page.getByRole('button', { name: 'Add Selected' }).click();
    await page.goto('/web/home/documents-media');
    await page.getByRole('link', { name: /^a-mountain-in-the-morning/ }).waitFor();
    await page.context().close();
  });

  it('reads one plain sentence when the tokens have run out, and keeps the description', async () => {
    started.sandbox.next('insufficient-quota' as never);
    const page = await browser.page(started.portal, { person: author });
    await openDocuments(page);
    const dialog = await openDialog(page);
    await describeImages(dialog, 'A picture nobody pays for', '512x512', 1);
    await dialog.getByRole('alert').waitFor();
    expect(await dialog.getByRole('alert').textContent()).not.to.match(/quota|billing|insufficient/i);
    expect(await dialog.getByLabel('Description').inputValue()).to.equal('A picture nobody pays for');
    await page.context().close();
  });
});
