import { Settings } from '@portico/configuration/api';
import { AccessContexts } from '@portico/core';
import { accessibilityFaults, TestBrowser } from '@portico/core/testing';
import { expect } from 'chai';
import type { Locator, Page } from 'playwright-core';
import { creatorSettings } from '../services/settings/settings.js';
import { author, type CreatorPortal, startCreatorPortal } from './creator-portal.js';

describe('An author who looks on while an image is made', function () {
  this.timeout(60_000);
  let creator: CreatorPortal;
  let browser: TestBrowser;

  before(async () => {
    creator = await startCreatorPortal();
    const { person } = creator.portal.service(AccessContexts).system();
    const settings = creator.portal.service(Settings).of(creatorSettings);
    if (person) await settings.save({ kind: 'instance' }, { previews: { set: true } }, person);
    browser = await TestBrowser.open();
  });
  beforeEach(() => creator.sandbox.reset());
  afterEach(() => expect(browser.complaints.splice(0)).to.deep.equal([]));
  after(async () => {
    await browser.close();
    await creator.stop();
  });

  async function begin(page: Page): Promise<Locator> {
    await page.goto('/web/home/documents-media');
    await page.getByRole('button', { name: 'New', exact: true }).click();
    await page.getByRole('menuitem', { name: 'Create AI Image' }).click();
    const dialog = page.getByRole('dialog', { name: 'Create AI Image' });
    await dialog.getByLabel('Description').fill('a lighthouse at dusk');
    await dialog.getByRole('button', { name: 'Create', exact: true }).click();
    return dialog;
  }
  const boxOf = async (place: Locator): Promise<object> => {
    const { width, height } = (await place.boundingBox()) ?? {};
    return { width, height };
  };

  it('sees it grow in its place, hears of it once, and then has the image there', async () => {
    const page = await browser.page(creator.portal, { person: author });
    // The image grows when it has been looked at, however long that takes.
    const turns = Array.from({ length: 3 }, () => {
      let take = (): void => undefined;
      const taken = new Promise<void>((resolve) => (take = resolve));
      return { take, taken };
    });
    creator.sandbox.next({ name: 'slow', until: async (event) => turns[event]?.taken });
    const dialog = await begin(page);
    const place = dialog.locator('.create-image-preview');
    await place.waitFor();
    const empty = await boxOf(place);
    await page.evaluate(`
      window.said = [];
      new MutationObserver(() => window.said.push(document.querySelector('[data-live]').textContent))
        .observe(document.querySelector('[data-live]'), { childList: true, characterData: true, subtree: true });
    `);
    turns[0]?.take();
    const preview = dialog.getByRole('img', { name: 'The image as it is so far, not finished' });
    await preview.waitFor();
    expect(await preview.evaluate((picture) => (picture as unknown as { naturalWidth: number }).naturalWidth)).to.equal(512);
    expect(await boxOf(place)).to.deep.equal(empty);
    expect(await accessibilityFaults(page)).to.deep.equal([]);
    const first = await preview.getAttribute('src');
    turns[1]?.take();
    await dialog.locator('.create-image-preview[data-preview="2"] img[src$="number=2"]').waitFor();
    expect(await preview.getAttribute('src')).not.to.equal(first);
    expect(await boxOf(place)).to.deep.equal(empty);
    turns[2]?.take();
    await dialog.getByRole('checkbox', { name: /^Image \d/ }).waitFor();
    expect(await preview.count()).to.equal(0);
    expect(await boxOf(dialog.locator('.create-image-picture img'))).to.deep.equal(empty);
    const said = (await page.evaluate('window.said')) as readonly string[];
    expect(said.filter((sentence) => sentence.includes('preview'))).to.have.length(1);
    expect(creator.sandbox.generations).to.have.length(1);
    await page.context().close();
  });

  it('sees no movement where none is wanted', async () => {
    const page = await browser.page(creator.portal, { person: author });
    await page.emulateMedia({ reducedMotion: 'reduce' });
    creator.sandbox.next('stream-stall');
    const dialog = await begin(page);
    const preview = dialog.getByRole('img', { name: 'The image as it is so far, not finished' });
    await preview.waitFor();
    expect(await page.evaluate("getComputedStyle(document.querySelector('.create-image-preview img')).animationName")).to.equal(
      'none',
    );
    await dialog.getByRole('button', { name: 'Cancel', exact: true }).click();
    await dialog.getByText('may still be charged').first().waitFor();
    expect(await preview.count()).to.equal(0);
    await page.context().close();
  });

  it('sees it without scripts as well', async () => {
    const page = await browser.page(creator.portal, { person: author, javaScript: false });
    creator.sandbox.next('stream-stall');
    const { id } = (await creator.create()).body as { id: string };
    const preview = page.getByRole('img', { name: 'The image as it is so far, not finished' });
    for (let tries = 0; tries < 50 && (await preview.count()) === 0; tries += 1)
      await page.goto(`/web/home/ai-creator/generations/${id}`);
    expect(await preview.count()).to.equal(1);
    await creator.portal.post(creator.visitor, `/web/home/ai-creator/generations/${id}/cancel`);
    await page.context().close();
  });
});
