import { AccessContexts } from '@portico/core';
import { accessibilityFaults, TestBrowser } from '@portico/core/testing';
import { Documents } from '@portico/documents-media/api';
import { expect } from 'chai';
import type { Locator, Page } from 'playwright-core';
import { author, type CreatorPortal, startCreatorPortal } from './creator-portal.js';

const list = '/web/home/documents-media';

describe('what is said after Add Selected', function () {
  this.timeout(60_000);
  let creator: CreatorPortal;
  let browser: TestBrowser;
  let page: Page;
  let summer: string;
  before(async () => {
    creator = await startCreatorPortal();
    browser = await TestBrowser.open();
    const system = creator.portal.service(AccessContexts).system(creator.site);
    summer = (await creator.portal.service(Documents).ensureFolder(system, 'Summer')).id;
  });
  beforeEach(async () => {
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

  const toast = (sentence: string): Locator => page.locator('portico-toasts .toast-one', { hasText: sentence });
  const make = async (place: Page | Locator, description: string, count = '1'): Promise<void> => {
    await place.getByLabel('Description').fill(description);
    await place.getByLabel('Number of Images to Generate').selectOption(count);
    await place.getByRole('button', { name: 'Create', exact: true }).click();
    const images = place.getByRole('checkbox', { name: new RegExp(`^Image \\d: ${description}$`) });
    await images.nth(Number(count) - 1).waitFor();
    for (const image of await images.all()) await image.check();
  };
  const openDialog = async (): Promise<Locator> => {
    await page.goto(list);
    await page.getByRole('button', { name: 'New', exact: true }).click();
    await page.getByRole('menuitem', { name: 'Create AI Image' }).click();
    return page.getByRole('dialog', { name: 'Create AI Image' });
  };

  it('names the image and the folder on the page that one came from, also after the form as a page', async () => {
    await page.goto(`/web/home/ai-creator/create?folder=${summer}`);
    await make(page, 'a paper boat');
    await page.getByRole('button', { name: 'Add Selected' }).click();
    await page.waitForURL(`**${list}?folder=${summer}`);
    await toast('a-paper-boat.png was added to Summer.').waitFor();
    expect(await page.getByRole('link', { name: 'Open folder' }).count(), 'one is there').to.equal(0);
    expect(await accessibilityFaults(page)).to.deep.equal([]);
    await page.reload();
    await page.getByRole('link', { name: 'a-paper-boat.png' }).first().waitFor();
    expect(await page.locator('portico-toasts .toast-one').count(), 'once').to.equal(0);
  });

  it('leads from the page to the folder that was chosen instead', async () => {
    await page.goto('/web/home/ai-creator/create');
    await make(page, 'two kites', '2');
    await page.getByLabel('Add to folder').selectOption({ label: 'Summer' });
    await page.getByRole('button', { name: 'Add Selected' }).click();
    await page.waitForURL(`**${list}`);
    await toast('2 images were added to Summer.').getByRole('link', { name: 'Open folder' }).click();
    await page.getByRole('link', { name: 'two-kites-2.png' }).first().waitFor();
  });

  it('names the folder after the dialog as well, and leads there when it is another one', async () => {
    const dialog = await openDialog();
    await make(dialog, 'a red bicycle');
    await dialog.getByRole('button', { name: 'Add Selected' }).click();
    await toast('a-red-bicycle.png was added to Documents and Media.').waitFor();
    expect(await page.getByRole('link', { name: 'Open folder' }).count()).to.equal(0);
    const second = await openDialog();
    await make(second, 'two bells', '2');
    await second.getByLabel('Add to folder').selectOption({ label: 'Summer' });
    await second.getByRole('button', { name: 'Add Selected' }).click();
    await toast('2 images were added to Summer.').getByRole('link', { name: 'Open folder' }).click();
    await page.waitForURL(`**${list}?folder=${summer}`);
  });

  it('names the folder without scripts', async () => {
    const generation = await creator.settled((await creator.create({ folder: summer })).body.id as string);
    const plain = await browser.page(creator.portal, { person: author, javaScript: false });
    await plain.goto(`/web/home/ai-creator/generations/${generation.id}`);
    await plain.getByRole('checkbox', { name: /^Image 1/ }).check();
    await plain.getByRole('button', { name: 'Add Selected' }).click();
    await plain.getByRole('status').getByText('a-lighthouse-at-dusk.png was added to Summer.').waitFor();
    await plain.context().close();
  });

  it('names no single folder when each image goes to its own', async () => {
    const generations = await Promise.all(
      [summer, ''].map(async (folder) => creator.settled((await creator.create({ folder })).body.id as string)),
    );
    const { body } = await creator.addAll({
      ...(generations[0] as (typeof generations)[0]),
      images: generations.flatMap(({ images }) => images),
    });
    expect(body.sentence).to.equal('2 images were added to their folders.');
  });

  it('says that they were added although the folder cannot be read any more', async () => {
    const generation = await creator.settled(
      (await creator.create({ folder: summer, description: 'a lost folder' })).body.id as string,
    );
    const documents = creator.portal.service(Documents);
    const read = documents.folder;
    documents.folder = (...asked) => {
      documents.folder = () => Promise.reject(new Error('The folder cannot be read.'));
      return read.apply(documents, asked);
    };
    try {
      const { status, body } = await creator.addAll(generation);
      expect([status, body.documents.length]).to.deep.equal([200, 1]);
      expect(body.sentence).to.equal('a-lost-folder.png was added to the chosen folder.');
    } finally {
      documents.folder = read;
    }
  });
});
