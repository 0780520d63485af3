import { AccessContexts } from '@portico/core';
import { accessibilityFaults, TestBrowser } from '@portico/core/testing';
import { Documents } from '@portico/documents-media/api';
import { expect } from 'chai';
import type { Locator, Page } from 'playwright-core';
import sharp from 'sharp';
import { author, type CreatorPortal, startCreatorPortal } from './creator-portal.js';

describe('refining images in a browser', function () {
  this.timeout(60_000);
  let creator: CreatorPortal;
  let browser: TestBrowser;
  let page: Page;
  let dialog: Locator;

  before(async () => {
    creator = await startCreatorPortal();
    browser = await TestBrowser.open();
    const content = await sharp({ create: { width: 800, height: 600, channels: 3, background: '#cc5500' } })
      .jpeg()
      .toBuffer();
    const access = creator.portal.service(AccessContexts).system(creator.site);
    await creator.portal.service(Documents).add(access, { name: 'beach.jpg', content, altText: 'A beach in the evening' });
  });
  beforeEach(async () => {
    creator.sandbox.reset();
    page = await browser.page(creator.portal, { person: author });
    dialog = page.getByRole('dialog', { name: 'Create AI Image' });
  });
  afterEach(async () => {
    await page.context().close();
    expect(browser.complaints.splice(0)).to.deep.equal([]);
  });
  after(async () => {
    await browser.close();
    await creator.stop();
  });

  const description = (): Locator => dialog.getByLabel('Description');
  const press = (name: string): Promise<void> => dialog.getByRole('button', { name, exact: true }).click();

  async function makeOne(words: string): Promise<void> {
    await page.goto('/web/home/documents-media');
    await page.getByRole('button', { name: 'New', exact: true }).click();
    await page.getByRole('menuitem', { name: 'Create AI Image' }).click();
    await description().fill(words);
    await press('Create');
    await dialog.getByRole('checkbox', { name: `Image 1: ${words}` }).waitFor();
  }

  async function refineDocument(name: string): Promise<void> {
    await page.goto('/web/home/documents-media');
    await page
      .getByRole('button', { name: `Actions of ${name}` })
      .or(page.getByRole('button', { name: `Actions for ${name}` }))
      .click();
    await page.getByRole('menuitem', { name: 'Refine with AI' }).click();
    await dialog.getByText(`Variation of ${name}`).waitFor();
  }

  it('refines a generated image with the keyboard: a new generation, labelled, made of the first one', async () => {
    await makeOne('a small harbour');
    await dialog.getByRole('button', { name: 'Refine a-small-harbour.png' }).focus();
    await page.keyboard.press('Enter');
    await dialog.getByText('Variation of a-small-harbour.png').first().waitFor();
    expect(await description().inputValue()).to.equal('a small harbour');
    expect(await description().evaluate((field) => field.matches(':focus'))).to.equal(true);
    await description().fill('a small harbour in the snow');
    await press('Create');
    const generation = dialog.getByRole('article', { name: 'a small harbour in the snow' });
    await generation.getByText('Variation of a-small-harbour.png').waitFor();
    await generation.getByRole('checkbox', { name: /^Image \d/ }).check();
    expect(creator.sandbox.edits).to.have.length(1);
    expect(creator.sandbox.generations).to.have.length(1);
    // An only image is selected by itself; the first one is not to be added.
    await dialog
      .getByRole('article', { name: 'a small harbour', exact: true })
      .getByRole('checkbox', { name: /^Image \d/ })
      .uncheck();
    await press('Add Selected');
    await dialog.waitFor({ state: 'detached' });
    await page.getByRole('link', { name: 'a-small-harbour-in-the-snow.png' }).first().click();
    await page.getByText('a-small-harbour.png (not in Documents and Media)').waitFor();
  });

  it('refines a picture that is there already, from its menu', async () => {
    await refineDocument('beach.jpg');
    expect(await description().inputValue()).to.equal('A beach in the evening');
    await description().fill('A beach in winter');
    await press('Create');
    await dialog.getByRole('checkbox', { name: 'Image 1: A beach in winter' }).check();
    await press('Add Selected');
    await dialog.waitFor({ state: 'detached' });
    await page.getByRole('link', { name: 'a-beach-in-winter.png' }).first().click();
    await page.getByText('composite with trained algorithmic media').waitFor();
    await page.getByRole('link', { name: 'beach.jpg' }).click();
    await page.getByRole('heading', { name: 'beach.jpg' }).waitFor();
    await page.getByRole('link', { name: 'Refine with AI' }).click();
    await page.getByText('Variation of beach.jpg').waitFor();
  });

  it('starts from nothing again, and keeps the words', async () => {
    await refineDocument('beach.jpg');
    await description().fill('only words');
    await dialog.getByRole('link', { name: 'Start from nothing instead' }).click();
    expect(await dialog.getByText('Variation of beach.jpg').isVisible()).to.equal(false);
    await press('Create');
    await dialog.getByRole('checkbox', { name: 'Image 1: only words' }).waitFor();
    expect([creator.sandbox.generations.length, creator.sandbox.edits.length]).to.deep.equal([1, 0]);
  });

  it('makes one request of two clicks', async () => {
    await refineDocument('beach.jpg');
    await dialog.getByRole('button', { name: 'Create', exact: true }).dblclick();
    await dialog.getByRole('checkbox', { name: 'Image 1: A beach in the evening' }).waitFor();
    expect(creator.sandbox.edits).to.have.length(1);
  });

  it('keeps the words and the source when it fails, and tries the same again', async () => {
    await refineDocument('beach.jpg');
    creator.sandbox.next('moderation-blocked');
    await description().fill('A beach with a storm');
    await press('Create');
    await dialog.getByText('The image service declined this description').first().waitFor();
    expect(await description().inputValue()).to.equal('A beach with a storm');
    await press('Try Again');
    await dialog.getByRole('checkbox', { name: 'Image 1: A beach with a storm' }).waitFor();
    expect(creator.sandbox.edits).to.have.length(2);
  });

  it('says in one sentence that the source is gone, and keeps the words', async () => {
    const content = await sharp({ create: { width: 90, height: 90, channels: 3, background: '#336699' } })
      .png()
      .toBuffer();
    const access = creator.portal.service(AccessContexts).system(creator.site);
    const { id } = await creator.portal.service(Documents).add(access, { name: 'fleeting.png', content });
    await refineDocument('fleeting.png');
    await creator.portal.post(await creator.portal.signIn(), `/web/home/documents-media/documents/${id}/delete`);
    await description().fill('what was there');
    await press('Create');
    await dialog.getByRole('alert').waitFor();
    expect(await description().inputValue()).to.equal('what was there');
    expect(creator.sandbox.requests).to.deep.equal([]);
    browser.complaints.splice(0);
  });

  it('does it all without scripts', async () => {
    const plain = await browser.page(creator.portal, { person: author, javaScript: false });
    await plain.goto('/web/home/ai-creator/create');
    await plain.getByLabel('Description').fill('a plain wall');
    await plain.getByRole('button', { name: 'Create', exact: true }).click();
    await plain.getByRole('button', { name: 'Refine a-plain-wall.png' }).click();
    await plain.getByText('Variation of a-plain-wall.png').waitFor();
    await plain.getByLabel('Description').fill('a painted wall');
    await plain.getByRole('button', { name: 'Create', exact: true }).click();
    await plain.getByText('Variation of a-plain-wall.png').waitFor();
    await plain.getByRole('checkbox', { name: 'Image 1: a painted wall' }).check();
    await plain.getByRole('button', { name: 'Add Selected' }).click();
    await plain.getByText('a-painted-wall.png').first().waitFor();
    await plain.goto('/web/home/ai-creator/generations');
    await plain.getByRole('button', { name: 'Refine a-plain-wall.png' }).click();
    await plain.getByRole('link', { name: 'Start from nothing instead' }).click();
    expect(await plain.getByText('Variation of').count()).to.equal(0);
    await plain.goto('/web/home/documents-media');
    await plain.getByRole('link', { name: 'beach.jpg' }).first().click();
    await plain.getByRole('link', { name: 'Refine with AI' }).click();
    await plain.getByText('Variation of beach.jpg').waitFor();
    await plain.context().close();
    expect(creator.sandbox.edits).to.have.length(1);
  });

  for (const width of [1280, 380]) {
    it(`leaves nothing that axe would find fault with, ${width} pixels wide`, async () => {
      await page.context().close();
      page = await browser.page(creator.portal, { person: author, width });
      dialog = page.getByRole('dialog', { name: 'Create AI Image' });
      await makeOne(`a fair garden ${width}`);
      expect(await accessibilityFaults(page), 'generation').to.deep.equal([]);
      await dialog.getByRole('button', { name: /^Refine a-fair-garden/ }).click();
      expect(await accessibilityFaults(page), 'form').to.deep.equal([]);
      await press('Create');
      await dialog
        .getByRole('checkbox', { name: /^Image \d/ })
        .nth(1)
        .waitFor();
      expect(await accessibilityFaults(page), 'variation').to.deep.equal([]);
      await dialog
        .getByRole('checkbox', { name: /^Image \d/ })
        .first()
        .check();
      await press('Add Selected');
      await dialog.waitFor({ state: 'detached' });
      await page
        .getByRole('link', { name: /^a-fair-garden/ })
        .first()
        .click();
      await page.getByText('Variation of').waitFor();
      expect(await accessibilityFaults(page), 'document').to.deep.equal([]);
      await page.goto('/web/home/ai-creator/generations');
      expect(await accessibilityFaults(page), 'recent').to.deep.equal([]);
      await page
        .getByRole('button', { name: /^Refine / })
        .first()
        .click();
      await page
        .getByText(/^Variation of/)
        .first()
        .waitFor();
      expect(await accessibilityFaults(page), 'page').to.deep.equal([]);
    });
  }
});
