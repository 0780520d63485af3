import { accessibilityFaults, TestBrowser } from '@portico/core/testing';
import { expect } from 'chai';
import type { Locator, Page } from 'playwright-core';
import { author, type ImagePortal, must, type Person, startImagePortal } from './image-portal.js';

/** The last one is a screen of 1280 pixels at 400 percent. */
const widths = [1280, 380, 320];

interface Screen {
  readonly name: string;
  /** Default: the author. */
  readonly administrator?: true;
  /** Brings the page there. */
  readonly open: (page: Page, images: ImagePortal) => Promise<unknown>;
}

const dialogOf = (page: Page): Locator => page.getByRole('dialog', { name: 'Create AI Image' });

async function openDialog(page: Page): Promise<Locator> {
  await page.goto('/web/home/documents-media');
  await page.getByRole('button', { name: 'New', exact: true }).click();
  await page.getByRole('menuitem', { name: 'Create AI Image' }).click();
  await dialogOf(page).getByLabel('Description').waitFor();
  return dialogOf(page);
}

async function ask(page: Page, description: string, count = '1'): Promise<Locator> {
  const dialog = await openDialog(page);
  await dialog.getByLabel('Description').fill(description);
  await dialog.getByLabel('Number of Images to Generate').selectOption(count);
  await dialog.getByRole('button', { name: 'Create', exact: true }).click();
  return dialog;
}

async function made(page: Page, description: string, count = '1'): Promise<Locator> {
  const dialog = await ask(page, description, count);
  await dialog.getByRole('checkbox', { name: new RegExp(`^Image ${count}: `) }).waitFor();
  return dialog;
}

async function openSelector(page: Page): Promise<Locator> {
  await page.goto('/web/home/web-content');
  await page.getByRole('link', { name: /^New/ }).first().click();
  await page.getByRole('button', { name: 'Image', exact: true }).click();
  const selector = page.getByRole('dialog', { name: 'Select Image' });
  await selector.getByRole('button', { name: 'New', exact: true }).waitFor();
  return selector;
}

const goTo =
  (place: string): Screen['open'] =>
  (page) =>
    page.goto(place);

const screens: readonly Screen[] = [
  { name: 'the empty dialog', open: openDialog },
  {
    name: 'a description that is missing',
    open: async (page) => {
      const dialog = await openDialog(page);
      await dialog.getByRole('button', { name: 'Create', exact: true }).click();
      await dialog.getByText('Describe the image that you want.').first().waitFor();
    },
  },
  {
    name: 'Already there?',
    open: async (page) => {
      const dialog = await openDialog(page);
      await dialog.getByLabel('Description').fill('a heron at the river');
      await dialog.getByRole('heading', { name: 'Already there?' }).waitFor();
    },
  },
  {
    name: 'under way',
    open: async (page, { sandbox }) => {
      sandbox.next({ name: 'slow', millis: 20_000 });
      const dialog = await ask(page, 'under way', '2');
      await dialog
        .getByText(/Being made/)
        .first()
        .waitFor();
    },
  },
  {
    name: 'cancelled',
    open: async (page, { sandbox }) => {
      sandbox.next('stall-before-headers');
      const dialog = await ask(page, 'cancelled');
      await dialog
        .getByText(/Being made/)
        .first()
        .waitFor();
      await dialog.getByRole('button', { name: 'Cancel', exact: true }).click();
      await dialog
        .getByText(/may still be charged/)
        .first()
        .waitFor();
    },
  },
  { name: 'two results', open: (page) => made(page, 'two herons', '2') },
  {
    name: 'an image that did not come',
    open: async (page, { sandbox }) => {
      sandbox.next({ name: 'too-few', amount: 1 }, 'error-504');
      const dialog = await ask(page, 'three herons', '2');
      await dialog.getByRole('button', { name: 'Retry only this one' }).waitFor();
    },
  },
  {
    name: 'declined',
    open: async (page, { sandbox }) => {
      sandbox.next('moderation-blocked');
      const dialog = await ask(page, 'declined');
      await dialog.getByRole('article').getByRole('alert').or(dialog.locator('.alert')).first().waitFor();
    },
  },
  {
    name: 'refining',
    open: async (page) => {
      const dialog = await made(page, 'a heron to vary');
      await dialog
        .getByRole('button', { name: /^Refine / })
        .first()
        .click();
      await dialog
        .getByText(/^Variation of/)
        .first()
        .waitFor();
    },
  },
  {
    name: 'adding to another folder',
    open: async (page) => {
      const dialog = await made(page, 'a heron to add');
      await dialog
        .getByRole('checkbox', { name: /^Image \d/ })
        .first()
        .check();
      await dialog.getByLabel('Name 1', { exact: true }).waitFor();
    },
  },
  { name: 'the form as a page', open: goTo('/web/home/ai-creator/create') },
  { name: 'My recent generations', open: goTo('/web/home/ai-creator/generations') },
  {
    name: 'the results as a page',
    open: async (page) => {
      await page.goto('/web/home/ai-creator/generations');
      await page.getByRole('link', { name: 'two herons', exact: true }).first().click();
      await page.getByRole('heading', { name: 'two herons' }).first().waitFor();
    },
  },
  { name: "Why don't I see the button?", open: goTo('/web/home/ai-creator/why') },
  { name: 'AI generated documents', open: goTo('/web/home/documents-media?only=generated') },
  {
    name: 'the provenance of a document',
    open: async (page) => {
      await page.goto('/web/home/documents-media');
      await page.getByRole('link', { name: 'a-heron-at-the-river.png' }).first().click();
      await page.getByText('trained algorithmic media').first().waitFor();
    },
  },
  { name: 'the selector', open: openSelector },
  {
    name: 'the dialog in the selector',
    open: async (page) => {
      const selector = await openSelector(page);
      await selector.getByRole('button', { name: 'New', exact: true }).click();
      await selector.getByRole('menuitem', { name: 'Create AI Image' }).click();
      await dialogOf(page).getByLabel('Description').waitFor();
    },
  },
  { name: 'the settings of the instance', administrator: true, open: goTo('/configuration/instance-settings/ai-creator') },
  { name: 'the settings of a site', administrator: true, open: goTo('/web/home/configuration/site-settings/ai-creator') },
  { name: 'Usage', administrator: true, open: goTo('/ai-creator/usage') },
  { name: 'Usage of a site', administrator: true, open: goTo('/web/home/ai-creator/usage') },
  { name: 'Budgets', administrator: true, open: goTo('/ai-creator/budgets') },
  { name: 'Prices', administrator: true, open: goTo('/ai-creator/prices') },
  { name: 'Image Service', administrator: true, open: goTo('/ai-creator/service') },
];

describe('the screens of AI Creator', function () {
  this.timeout(120_000);
  let images: ImagePortal;
  let browser: TestBrowser;

  before(async () => {
    images = await startImagePortal();
    browser = await TestBrowser.open();
    const { portal } = images;
    const add = ['images', 'create', '--site', 'home', '--description', 'a heron at the river', '--as', author.email];
    await must(portal, add);
    const administrator = await portal.signIn();
    const price = { model: 'gpt-image-2.6-flare', validFrom: '2026-01-01', currency: 'USD', inputPrice: '5', outputPrice: '40' };
    await portal.post(administrator, '/ai-creator/prices', price);
    const budget = { target: 'each-person', unit: 'images', period: 'day', softLimit: '1', hardLimit: '500' };
    await portal.post(administrator, '/ai-creator/budgets', budget);
    await portal.post(administrator, '/ai-creator/service/refresh');
  });
  afterEach(() => expect(browser.complaints.splice(0)).to.deep.equal([]));
  after(async () => {
    await browser.close();
    await images.stop();
  });

  const visit = (person: Person, width: number): Promise<Page> =>
    browser.page(images.portal, { person, width, height: width === 320 ? 256 : 800 });

  for (const width of widths)
    describe(`have no fault that axe finds, nothing that moves, and nothing to push sideways, ${width} pixels wide:`, () => {
      let pages: { readonly author: Page; readonly administrator: Page };

      before(async () => {
        pages = { author: await visit(author, width), administrator: await visit(images.portal.administrator, width) };
      });
      after(async () => {
        for (const page of Object.values(pages)) await page.context().close();
      });

      for (const { name, administrator, open } of screens)
        it(name, async () => {
          images.sandbox.reset();
          const page = administrator ? pages.administrator : pages.author;
          await open(page, images);
          expect(await accessibilityFaults(page)).to.deep.equal([]);
          const overflow = Number(await page.evaluate('document.documentElement.scrollWidth')) - width;
          expect(overflow, 'pixels too wide').to.be.at.most(0);
          const moving = "document.getAnimations().filter(({ playState }) => playState === 'running').length";
          expect(await page.evaluate(moving), 'things that move although less motion is asked for').to.equal(0);
        });
    });

  it('use an image that is there already without asking for another', async () => {
    images.sandbox.reset();
    const page = await visit(author, 1280);
    const selector = await openSelector(page);
    await selector.getByRole('button', { name: 'New', exact: true }).click();
    await selector.getByRole('menuitem', { name: 'Create AI Image' }).click();
    await dialogOf(page).getByLabel('Description').fill('some heron at a river');
    await dialogOf(page).getByRole('button', { name: 'Use a-heron-at-the-river.png' }).press('Enter');
    const picture = page.locator('portico-editor img');
    await picture.waitFor();
    expect(await picture.getAttribute('alt')).to.equal('a heron at the river');
    expect(images.sandbox.requests).to.have.length(0);
    await page.context().close();
  });

  it('give the keyboard back to where it came from', async () => {
    const page = await visit(author, 1280);
    const focused = (name: string): Promise<void> =>
      page.getByRole('button', { name, exact: true }).and(page.locator(':focus')).waitFor();
    const leaving: Readonly<Record<string, (dialog: Locator) => Promise<void>>> = {
      Escape: () => page.keyboard.press('Escape'),
      Cancel: (dialog) => dialog.getByRole('button', { name: 'Cancel', exact: true }).press('Enter'),
    };
    for (const leave of Object.values(leaving)) {
      await page.goto('/web/home/documents-media');
      await page.getByRole('button', { name: 'New', exact: true }).press('Enter');
      await page.getByRole('menuitem', { name: 'Create AI Image' }).press('Enter');
      await dialogOf(page).getByLabel('Description').waitFor();
      await leave(dialogOf(page));
      await dialogOf(page).waitFor({ state: 'detached' });
      await focused('New');
    }
    const selector = await openSelector(page);
    await selector.getByRole('button', { name: 'New', exact: true }).press('Enter');
    await selector.getByRole('menuitem', { name: 'Create AI Image' }).press('Enter');
    await dialogOf(page).getByLabel('Description').waitFor();
    await page.keyboard.press('Escape');
    await dialogOf(page).waitFor({ state: 'detached' });
    await focused('New');
    await page.keyboard.press('Escape');
    await selector.waitFor({ state: 'detached' });
    await focused('Image');
    await page.context().close();
  });
});
