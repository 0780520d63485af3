import { accessibilityFaults, TestBrowser } from '@portico/core/testing';
import { expect } from 'chai';
import type { Locator, Page } from 'playwright-core';
import { author, type ImagePortal, must, startImagePortal } from './image-portal.js';

/** One grey point. */
const point = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNoAAAAggCBd81ytgAAAABJRU5ErkJggg==',
  'base64',
);

describe('An author who captions images', function () {
  this.timeout(60_000);
  let started: ImagePortal;
  let browser: TestBrowser;
  let page: Page;
  let selector: Locator;
  let text: Locator;

  before(async () => {
    started = await startImagePortal();
    browser = await TestBrowser.open();
  });
  beforeEach(async () => {
    page = await browser.page(started.portal, { person: author });
    selector = page.getByRole('dialog', { name: 'Select Image' });
    text = page.getByRole('textbox', { name: 'Content' });
  });
  afterEach(async () => {
    await page.context().close();
    expect(browser.complaints.splice(0)).to.deep.equal([]);
  });
  after(async () => {
    await browser.close();
    await started.stop();
  });

  async function startArticle(title: string): Promise<void> {
    await page.goto('/web/home/web-content/new');
    await page.getByLabel('Title').fill(title);
    await text.click();
    await page.keyboard.type('We went to the sea.');
    await page.getByRole('button', { name: 'Image', exact: true }).click();
  }

  async function fromNew(entry: string): Promise<Locator> {
    await selector.getByRole('button', { name: 'New', exact: true }).click();
    await selector.getByRole('menuitem', { name: entry, exact: true }).click();
    return page.getByRole('dialog', { name: entry });
  }

  async function createImage(): Promise<void> {
    const dialog = await fromNew('Create AI Image');
    await dialog.getByLabel('Description').fill('Waves on a quiet beach');
    await dialog.getByLabel('Image Size').selectOption('256x256');
    await dialog.getByRole('button', { name: 'Create', exact: true }).click();
    await dialog.getByRole('checkbox', { name: /^Image \d/ }).check();
    await dialog.getByRole('button', { name: 'Add Selected' }).click();
    await text.getByRole('img').waitFor();
  }

  async function saved(): Promise<void> {
    await page.getByRole('button', { name: 'Save as Draft' }).click();
    await page.getByText('is saved as a draft').waitFor();
    await text.waitFor();
  }

  const html = (): Promise<string> => page.locator('textarea[name="body"]').inputValue();

  it('is offered words for a new AI image, changes them, and visitors read them below it', async () => {
    await startArticle('The coast');
    await createImage();
    expect(await html()).not.to.contain('<figcaption>');
    await page.getByText('Suggested caption: “Image created with AI”').waitFor();
    expect(await accessibilityFaults(page)).to.deep.equal([]);
    await page.getByRole('button', { name: 'Add Caption' }).click();
    await page.keyboard.type(', by Ada');
    expect(await accessibilityFaults(page)).to.deep.equal([]);
    await saved();
    await text.getByText('Image created with AI, by Ada').waitFor();
    await page.getByRole('button', { name: 'Publish' }).click();
    await page.getByText('“The coast” is published.').waitFor();

    const visitor = await browser.page(started.portal);
    await visitor.goto('/web/home/articles/the-coast');
    const figure = visitor.getByRole('figure', { name: 'Image created with AI, by Ada' });
    await figure.waitFor();
    expect(await figure.getByRole('img').getAttribute('alt')).to.equal('Waves on a quiet beach');
    expect(await figure.locator('figcaption').textContent()).to.equal('Image created with AI, by Ada');
    expect(await accessibilityFaults(visitor)).to.deep.equal([]);
    await visitor.context().close();
  });

  it('chooses an AI image that is there already, and switches its caption on and off by keyboard', async () => {
    await startArticle('By keyboard');
    await selector.getByRole('button', { name: /waves-on-a-quiet-beach/ }).press('Enter');
    await text.getByRole('img').waitFor();
    // The editor takes the keyboard with the next frame; before, the keys would go to where the dialog was opened from.
    await text.and(page.locator(':focus')).waitFor();
    await page.keyboard.press('Shift+Tab');
    const caption = page.getByRole('button', { name: 'Caption', exact: true });
    for (let step = 0; step < 20 && !(await caption.evaluate((element) => element === document.activeElement)); step += 1)
      await page.keyboard.press('ArrowRight');
    expect(await caption.getAttribute('aria-pressed')).to.equal('false');
    await page.keyboard.press('Enter');
    expect(await caption.getAttribute('aria-pressed')).to.equal('true');
    await page.keyboard.press('Enter');
    await page.keyboard.type('Next paragraph');
    expect(await html()).to.contain('<figcaption>Image created with AI</figcaption></figure><p>Next paragraph</p>');
    await page.keyboard.press('ArrowUp');
    for (let step = 0; step < 40 && !(await html()).includes('<figcaption></figcaption>'); step += 1) {
      await page.keyboard.press('End');
      await page.keyboard.press('Backspace');
    }
    await page.keyboard.press('Backspace');
    expect(await html()).not.to.contain('<figure>');
    expect(await html()).to.contain('alt="Waves on a quiet beach"');
    await saved();
    expect(await html()).not.to.contain('<figcaption>');
    await text.getByRole('img').click();
    await page.getByText('Suggested caption: “Image created with AI”').waitFor();
  });

  it('finds the caption below the image from the start where the administrator wants it', async () => {
    await must(started.portal, ['settings', 'set', 'ai-creator.caption', 'shown', '--site', 'home']);
    await must(started.portal, ['settings', 'set', 'ai-creator.captionText', 'Drawn by a machine', '--site', 'home']);
    await startArticle('From the start');
    await selector.getByRole('button', { name: /waves-on-a-quiet-beach/ }).click();
    await text.getByText('Drawn by a machine').waitFor();
    await text.getByRole('img').click();
    await page.getByRole('button', { name: 'Caption', exact: true }).click();
    expect(await html()).not.to.contain('<figcaption>');
  });

  it('gives any other image a caption of their own, and none is suggested', async () => {
    await startArticle('By hand');
    const upload = await fromNew('File Upload');
    await upload.getByLabel('Choose a file').setInputFiles({ name: 'point.png', mimeType: 'image/png', buffer: point });
    await upload.getByRole('button', { name: 'Upload' }).click();
    await text.locator('img').waitFor();
    expect(await html())
      .not.to.contain('<figcaption>')
      .and.not.to.contain('data-suggested-caption');
    expect(await page.getByRole('button', { name: 'Add Caption' }).isVisible()).to.equal(false);
    await page.getByRole('button', { name: 'Caption', exact: true }).click();
    expect(await html()).to.contain('<figcaption></figcaption>');
    await saved();
    expect(await html(), 'a caption without words is none').not.to.contain('figure');
    await page.keyboard.press('Tab');
    await text.focus();
    await page.keyboard.press('Control+Home');
    await page.keyboard.press('ArrowDown');
    await page.getByRole('button', { name: 'Caption', exact: true }).click();
    await page.keyboard.type('One point');
    await saved();
    expect(await html()).to.match(/<figure><img src="[^"]+"[^>]*><figcaption>One point<\/figcaption><\/figure>/);
  });
});
