import { TestBrowser } from '@portico/core/testing';
import { expect } from 'chai';
import type { Locator, Page } from 'playwright-core';
import { author, type CreatorPortal, startCreatorPortal } from './creator-portal.js';

describe('the dialog Create AI Image', function () {
  this.timeout(60_000);
  let creator: CreatorPortal;
  let browser: TestBrowser;
  let page: Page;

  before(async () => {
    creator = await startCreatorPortal();
    browser = await TestBrowser.open();
    page = await browser.page(creator.portal, { person: author });
  });
  after(async () => {
    await browser.close();
    await creator.stop();
  });

  async function openDialog(): Promise<Locator> {
    await page.goto('/web/home/documents-media');
    await page.getByRole('button', { name: 'New', exact: true }).click();
    await page.getByRole('menuitem', { name: 'Create AI Image' }).click();
    const dialog = page.getByRole('dialog', { name: 'Create AI Image' });
    await dialog.waitFor();
    return dialog;
  }

  it('keeps the keyboard inside from Create to the result', async () => {
    const dialog = await openDialog();
    const holdsFocus = (): Promise<boolean> => dialog.evaluate((element) => element.matches(':focus-within'));
    creator.sandbox.next({ name: 'slow', millis: 600 });
    await dialog.getByLabel('Description').fill('a patient heron');
    await dialog.getByRole('button', { name: 'Create', exact: true }).press('Enter');
    await dialog
      .getByText(/Being made/)
      .first()
      .waitFor();
    expect(await holdsFocus(), 'under way').to.equal(true);
    await dialog.getByRole('checkbox', { name: /^Image \d/ }).waitFor();
    await dialog.locator('input[type="checkbox"]:focus').waitFor();
  });

  it('shows the ends of long names, in which they differ, except where somebody writes', async () => {
    const dialog = await openDialog();
    await dialog.getByLabel('Description').fill('a lighthouse at the end of the world at dusk with gulls');
    await dialog.getByLabel('Number of Images to Generate').selectOption('3');
    await dialog.getByRole('button', { name: 'Create', exact: true }).click();
    await dialog.getByLabel('Name 3', { exact: true }).waitFor();
    const hidden = (number: number): Promise<readonly boolean[]> =>
      dialog
        .getByLabel(`Name ${number}`, { exact: true })
        .evaluate(({ scrollLeft, clientWidth, scrollWidth }) => [scrollLeft > 20, scrollLeft + clientWidth < scrollWidth - 1]);
    const endIsShown = [true, false];
    for (const number of [1, 2, 3]) expect(await hidden(number), `name ${number}`).to.deep.equal(endIsShown);
    await dialog.getByLabel('Name 2', { exact: true }).focus();
    await page.keyboard.press('Home');
    expect(await hidden(2), 'the beginning').to.deep.equal([false, true]);
    await dialog.getByLabel('Name 3', { exact: true }).focus();
    await page.evaluate('new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))');
    expect(await hidden(2), 'the end again').to.deep.equal(endIsShown);
  });

  it('can be filled in, read and used up to the end at 400 percent', async () => {
    await page.setViewportSize({ width: 320, height: 200 });
    const dialog = await openDialog();
    await dialog.getByLabel('Description').click();
    await page.keyboard.type('a wide river');
    await dialog.getByRole('button', { name: 'Create', exact: true }).click();
    await dialog.getByRole('checkbox', { name: 'Image 1: a wide river', checked: true }).waitFor();
    await dialog.getByLabel('Name 1', { exact: true }).click();
    await dialog.getByRole('button', { name: 'Add Selected' }).click();
    await dialog.waitFor({ state: 'detached' });
    await page.getByRole('link', { name: 'a-wide-river.png' }).first().waitFor();
  });
});
