import { createImagesSandbox } from '@portico/ai-sandbox/api';
import { accessibilityFaults, TestBrowser } from '@portico/core/testing';
import { expect } from 'chai';
import type { Locator, Page } from 'playwright-core';
import { author, type CreatorPortal, startCreatorPortal } from './creator-portal.js';

describe('creating images in a browser', function () {
  this.timeout(60_000);
  let creator: CreatorPortal;
  let browser: TestBrowser;
  let page: Page;

  before(async () => {
    creator = await startCreatorPortal();
    browser = await TestBrowser.open();
  });
  beforeEach(async () => {
    creator.sandbox.reset();
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

  async function openDialog(on = page): Promise<Locator> {
    await on.goto('/web/home/documents-media');
    await on.getByRole('button', { name: 'New', exact: true }).click();
    await on.getByRole('menuitem', { name: 'Create AI Image' }).click();
    const dialog = on.getByRole('dialog', { name: 'Create AI Image' });
    await dialog.waitFor();
    return dialog;
  }

  async function describeImage(dialog: Locator, description: string, count = '1', size = '512x512'): Promise<void> {
    await dialog.getByLabel('Description').fill(description);
    await dialog.getByLabel('Image Size').selectOption(size);
    await dialog.getByLabel('Number of Images to Generate').selectOption(count);
    await dialog.getByRole('button', { name: /^(Create|Try Again)$/ }).click();
  }

  it('asks before the window closes with a description that was sent nowhere, and offers what is there by name', async () => {
    const { body } = await creator.create({ description: 'a quiet harbour at noon' });
    const [image] = (await creator.settled(body.id as string)).images;
    await creator.addAll(await creator.settled(body.id as string));
    const dialog = await openDialog();
    await dialog.getByLabel('Description').fill('a quiet harbour at noon');
    const there = dialog.getByRole('region', { name: 'Already there?' });
    await there.getByText(image?.name ?? '').waitFor();
    const cancel = dialog.getByRole('button', { name: 'Cancel', exact: true });
    expect(await cancel.getAttribute('title')).to.equal('Closes this window. What was made waits in My recent generations.');
    await cancel.click();
    const question = page.getByRole('alertdialog', { name: 'Are you sure?' });
    await question.getByRole('button', { name: 'Cancel' }).click();
    expect(await dialog.getByLabel('Description').inputValue()).to.equal('a quiet harbour at noon');
    await dialog.getByRole('button', { name: 'Create', exact: true }).click();
    await dialog.getByRole('checkbox', { name: /^Image 1/ }).waitFor();
    await cancel.click();
    await dialog.waitFor({ state: 'detached' });
  });

  it('creates two images of 512x512 and adds them to the list', async () => {
    const dialog = await openDialog();
    await describeImage(dialog, 'two boats on the sea', '2');
    const images = dialog.getByRole('checkbox', { name: /^Image \d: two boats on the sea$/ });
    await images.nth(1).waitFor();
    expect(await images.count()).to.equal(2);
    for (const image of await images.all()) await image.check();
    await dialog.getByLabel('Name 1', { exact: true }).fill('first boat');
    await dialog.getByLabel('Alternative Text 1', { exact: true }).fill('A boat.');
    await dialog.getByRole('button', { name: 'Add Selected' }).click();
    await dialog.waitFor({ state: 'detached' });
    await page.getByRole('link', { name: 'first boat.png' }).first().waitFor();
    await page.getByRole('link', { name: 'two-boats-on-the-sea-2.png' }).first().waitFor();
    await page.getByRole('link', { name: 'first boat.png' }).first().click();
    await page.getByText('512 × 512').or(page.getByText('512 x 512')).first().waitFor();
  });

  it('selects the only image by itself, asked for with Ctrl+Enter, and leaves more than one to the author', async () => {
    const dialog = await openDialog();
    await dialog.getByLabel('Number of Images to Generate').selectOption('1');
    await dialog.getByLabel('Description').fill('a lone pine');
    await page.keyboard.press('Enter');
    await page.keyboard.press('Control+Enter');
    const only = dialog.getByRole('checkbox', { name: 'Image 1: a lone pine' });
    await only.waitFor();
    expect(await only.isChecked()).to.equal(true);
    await describeImage(dialog, 'two pines', '2');
    const two = dialog.getByRole('checkbox', { name: /^Image \d: two pines$/ });
    await two.nth(1).waitFor();
    expect([await two.nth(0).isChecked(), await two.nth(1).isChecked()]).to.deep.equal([false, false]);
    await describeImage(dialog, 'another pine');
    const third = dialog.getByRole('checkbox', { name: 'Image 1: another pine' });
    await third.waitFor();
    expect(await third.isChecked(), 'another one is selected already').to.equal(false);
    await dialog.getByRole('button', { name: 'Add Selected' }).click();
    await page.getByRole('link', { name: 'a-lone-pine.png' }).first().waitFor();
  });

  it('takes away what says that an image did not come as soon as it is asked for again', async () => {
    creator.sandbox.next({ name: 'too-few', amount: 1 }, 'error-504');
    const dialog = await openDialog();
    await describeImage(dialog, 'three storks', '2');
    await dialog.getByText('Image 2 did not come').waitFor();
    await dialog.getByRole('button', { name: 'Retry only this one' }).click();
    await dialog
      .getByRole('checkbox', { name: /^Image \d: three storks$/ })
      .nth(1)
      .waitFor();
    expect(await dialog.getByText(/did not come/).count()).to.equal(0);
  });

  it('says nothing about prices that are not known to those who cannot enter any', async () => {
    const sentence = /No price known/;
    expect(await (await openDialog()).getByText(sentence).count()).to.equal(0);
    const administrator = await browser.page(creator.portal, { person: creator.portal.administrator });
    await (await openDialog(administrator)).getByText(sentence).first().waitFor();
    await administrator.context().close();
  });

  it('adds an image with the text that somebody has read, and another one that nobody has', async () => {
    const dialog = await openDialog();
    await describeImage(dialog, 'a well read owl', '2');
    for (const image of [1, 2]) await dialog.getByRole('checkbox', { name: `Image ${image}: a well read owl` }).check();
    const reviewed = dialog.getByRole('checkbox', { name: /^Reviewed ?: alternative text \d$/ });
    expect(await reviewed.count()).to.equal(2);
    await reviewed.first().press('Space');
    expect(await dialog.getByText('Not reviewed').count()).to.equal(0);
    await dialog.getByRole('button', { name: 'Add Selected' }).click();
    await dialog.waitFor({ state: 'detached' });
    for (const [name, marks] of [
      ['a-well-read-owl.png', 0],
      ['a-well-read-owl-2.png', 1],
    ] as const) {
      await page.goto('/web/home/documents-media');
      await page.getByRole('link', { name }).first().click();
      await page.getByRole('heading', { name }).waitFor();
      expect(await page.getByText('Not reviewed').count(), name).to.equal(marks);
    }
  });

  it('tries again and keeps the earlier generation', async () => {
    const dialog = await openDialog();
    await describeImage(dialog, 'a quiet forest');
    await dialog
      .getByRole('checkbox', { name: /^Image \d/ })
      .nth(0)
      .waitFor();
    await dialog.getByRole('button', { name: 'Try Again' }).click();
    await dialog
      .getByRole('checkbox', { name: /^Image \d/ })
      .nth(1)
      .waitFor();
    expect(await dialog.getByRole('article').count()).to.equal(2);
    await dialog
      .getByRole('checkbox', { name: /^Image \d/ })
      .nth(1)
      .check();
    await dialog.getByRole('button', { name: 'Add Selected' }).click();
    await dialog.waitFor({ state: 'detached' });
    await page.getByRole('link', { name: 'a-quiet-forest.png' }).first().waitFor();
    await page.goto('/web/home/ai-creator/generations');
    await page.getByRole('link', { name: 'a quiet forest', exact: true }).waitFor();
  });

  it('shows an image while the next one is on its way, and leaves the keyboard where somebody types', async () => {
    creator.sandbox.next({ name: 'too-few', amount: 1 }, { name: 'slow', millis: 5000 });
    const dialog = await openDialog();
    await describeImage(dialog, 'a pair of gloves', '2');
    const first = dialog.locator('[data-running="true"]');
    await first.getByRole('checkbox', { name: /^Reviewed ?: alternative text 1$/ }).check();
    await first.getByLabel('Name 1').fill('left ');
    await dialog.getByLabel('Name 2').waitFor();
    await dialog.locator('[data-running="false"]').waitFor();
    await page.keyboard.type('glove');
    expect(
      await dialog.getByRole('checkbox', { name: /^Reviewed ?: alternative text 1$/ }).isChecked(),
      'a tick is kept',
    ).to.equal(true);
    expect(await dialog.getByRole('checkbox', { name: /^Reviewed ?: alternative text 2$/ }).isChecked()).to.equal(false);
    expect(await dialog.getByLabel('Name 1').inputValue()).to.equal('left glove');
  });

  it('puts a frame around what is selected, not around what is reviewed', async () => {
    const dialog = await openDialog();
    await describeImage(dialog, 'a framed glove', '2');
    await dialog.locator('.create-image-check').nth(1).waitFor();
    const frame = (): Promise<unknown> =>
      page.evaluate("getComputedStyle(document.querySelector('.create-image-card')).outlineColor");
    const unselected = await frame();
    await dialog
      .getByRole('checkbox', { name: /^Reviewed/ })
      .first()
      .check();
    expect(await frame(), 'reviewed').to.equal(unselected);
    await dialog.locator('.create-image-check').first().check();
    expect(await frame(), 'selected').to.not.equal(unselected);
  });

  it('says so when what came cannot be shown', async () => {
    creator.sandbox.next({ name: 'slow', millis: 2500 });
    const dialog = await openDialog();
    await describeImage(dialog, 'a lost glove');
    await dialog.locator('[data-status]', { hasText: 'Being made' }).waitFor();
    await page.route(/generations\/[^/]+$/, (route) => route.abort());
    await dialog.getByRole('alert').getByText('It waits in My recent generations.').waitFor();
    expect(await dialog.getByRole('progressbar').count()).to.equal(0);
    browser.complaints.splice(0);
  });

  it('says what a description needs, and leads the keyboard there', async () => {
    const dialog = await openDialog();
    await dialog.getByRole('button', { name: 'Create', exact: true }).click();
    await dialog.getByText('Describe the image that you want.').first().waitFor();
    const field = dialog.getByLabel('Description');
    expect(await field.evaluate((element) => element.matches(':focus'))).to.equal(true);
    expect(await field.getAttribute('aria-invalid')).to.equal('true');
    expect(creator.sandbox.requests.filter(({ method }) => method === 'POST')).to.have.length(0);
  });

  it('shows the generic message when the tokens are used up, and keeps what was typed', async () => {
    const dialog = await openDialog();
    creator.sandbox.next('insufficient-quota');
    await describeImage(dialog, 'a costly castle');
    await dialog.getByText('An unexpected error occurred').first().waitFor();
    expect(await dialog.getByLabel('Description').inputValue()).to.equal('a costly castle');
    await creator.sendAgain();
    await dialog.getByRole('button', { name: 'Try Again' }).click();
    await dialog.getByRole('checkbox', { name: 'Image 1: a costly castle' }).waitFor();
  });

  it('cancels what is being made and says that it may be charged', async () => {
    const dialog = await openDialog();
    creator.sandbox.next('stall-before-headers');
    await describeImage(dialog, 'a slow snail');
    await dialog
      .getByText(/Being made/)
      .first()
      .waitFor();
    await dialog.getByRole('button', { name: 'Cancel', exact: true }).click();
    await dialog
      .getByText(/may still be charged/)
      .first()
      .waitFor();
    await dialog.getByRole('button', { name: 'Cancel', exact: true }).click();
    await dialog.waitFor({ state: 'detached' });
  });

  it('keeps what is made when the window is closed', async () => {
    const dialog = await openDialog();
    creator.sandbox.next({ name: 'slow', millis: 800 });
    await describeImage(dialog, 'a letter for later');
    await dialog
      .getByText(/Being made/)
      .first()
      .waitFor();
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    await page.getByText('Your AI image is ready: a letter for later').waitFor();
    await page.goto('/web/home/ai-creator/generations');
    await page.getByRole('link', { name: 'a letter for later', exact: true }).waitFor();
  });

  it('says so when the flag goes off between opening and Create', async () => {
    const dialog = await openDialog();
    await creator.portal.command(['flags', 'set', 'LPD-10793', 'off']);
    try {
      await describeImage(dialog, 'a moment too late');
      await dialog
        .getByText(/switched off at the moment/)
        .first()
        .waitFor();
      expect(await dialog.getByLabel('Description').inputValue()).to.equal('a moment too late');
      expect(creator.sandbox.requests).to.have.length(0);
    } finally {
      await creator.portal.command(['flags', 'set', 'LPD-10793', 'on']);
    }
  });

  for (const width of [1280, 380]) {
    it(`leaves nothing that axe would find fault with, ${width} pixels wide`, async () => {
      const narrow = await browser.page(creator.portal, { person: author, width });
      const dialog = await openDialog(narrow);
      expect(await accessibilityFaults(narrow), 'form').to.deep.equal([]);
      await dialog.getByRole('button', { name: 'Create', exact: true }).click();
      expect(await accessibilityFaults(narrow), 'field error').to.deep.equal([]);
      creator.sandbox.next({ name: 'slow', millis: 2500 }, 'insufficient-quota');
      await describeImage(dialog, 'a fair picture', '2');
      await dialog
        .getByText(/Being made/)
        .first()
        .waitFor();
      expect(await accessibilityFaults(narrow), 'under way').to.deep.equal([]);
      await dialog
        .getByRole('checkbox', { name: /^Image \d/ })
        .nth(1)
        .waitFor();
      expect(await accessibilityFaults(narrow), 'results').to.deep.equal([]);
      await dialog.getByRole('button', { name: 'Try Again' }).click();
      await dialog.getByText('An unexpected error occurred').first().waitFor();
      expect(await accessibilityFaults(narrow), 'failure').to.deep.equal([]);
      await creator.sendAgain();
      for (const place of ['create', 'generations', 'why']) {
        await narrow.goto(`/web/home/ai-creator/${place}`);
        expect(await accessibilityFaults(narrow), place).to.deep.equal([]);
      }
      await narrow.goto('/web/home/ai-creator/generations');
      const open = narrow.getByRole('link', { name: 'a fair picture', exact: true }).last();
      await narrow.goto(`${await open.getAttribute('href')}/discard`);
      expect(await accessibilityFaults(narrow), 'discard').to.deep.equal([]);
      await narrow.goBack();
      await open.click();
      await narrow.getByRole('heading', { name: 'a fair picture' }).first().waitFor();
      expect(await accessibilityFaults(narrow), 'result').to.deep.equal([]);
      await narrow.context().close();
    });
  }

  it('brings a new image from the editor straight into the article', async () => {
    await page.goto('/web/home/web-content');
    await page.getByRole('link', { name: /^New/ }).first().click();
    await page.getByLabel('Title', { exact: true }).fill('A walk by the sea');
    await page.getByRole('button', { name: 'Image', exact: true }).click();
    const selector = page.getByRole('dialog', { name: 'Select Image' });
    await selector.getByRole('button', { name: 'New', exact: true }).click();
    await selector.getByRole('menuitem', { name: 'Create AI Image' }).click();
    const dialog = page.getByRole('dialog', { name: 'Create AI Image' });
    await describeImage(dialog, 'waves at dawn');
    await dialog.getByRole('checkbox', { name: 'Image 1: waves at dawn' }).check();
    await dialog.getByRole('button', { name: 'Add Selected' }).click();
    await selector.waitFor({ state: 'detached' });
    const picture = page.locator('portico-editor img');
    await picture.waitFor();
    expect(await picture.getAttribute('alt')).to.equal('waves at dawn');
    await page.getByRole('button', { name: 'Publish' }).click();
    await page.getByText('“A walk by the sea” is published.').waitFor();
  });

  it('says that a key is missing, and where it is set', async () => {
    const other = await startCreatorPortal({ key: '' });
    try {
      const administrator = await browser.page(other.portal, { person: other.portal.administrator });
      const dialog = await openDialog(administrator);
      await dialog.getByText('An API key is missing').waitFor();
      await dialog.getByRole('link', { name: 'Open AI Creator settings' }).click();
      await administrator.waitForURL('**/configuration/instance-settings/ai-creator');
      await administrator.getByLabel('API Key', { exact: true }).waitFor();
      await administrator.context().close();
    } finally {
      await other.stop();
    }
  });
});

describe('creating images in a browser at a service that takes parts of a description for orders', function () {
  this.timeout(60_000);

  it('shows what goes to the service while one types, and that is what it gets', async () => {
    const sandbox = await createImagesSandbox({ dialect: 'stable-diffusion-cpp' });
    const environment = { PORTICO_SETTING_AI_CREATOR_SERVICE: 'stable-diffusion-cpp' };
    const creator = await startCreatorPortal({ sandbox, environment, key: '' });
    const browser = await TestBrowser.open();
    try {
      const page = await browser.page(creator.portal, { person: author });
      await page.goto('/web/home/documents-media');
      await page.getByRole('button', { name: 'New', exact: true }).click();
      await page.getByRole('menuitem', { name: 'Create AI Image' }).click();
      const dialog = page.getByRole('dialog', { name: 'Create AI Image' });
      const description = dialog.getByLabel('Description');
      const said = dialog.getByRole('status').filter({ hasText: 'What is sent:' });
      await description.fill('a <first_name> badge <lora:ink:1> in blue');
      await said.waitFor();
      const [, shown] = ((await said.textContent()) ?? '').split('What is sent: ');
      expect(shown).to.equal('a <first_name> badge in blue');
      await description.fill('a <first_name> badge');
      await said.waitFor({ state: 'detached' });
      await description.fill('a <first_name> badge <lora:ink:1> in blue');
      await said.waitFor();
      await dialog.getByRole('button', { name: 'Create', exact: true }).click();
      await dialog.getByRole('checkbox', { name: /^Image 1/ }).waitFor();
      expect(sandbox.generations.map(({ body }) => (body as { prompt: string }).prompt)).to.deep.equal([shown]);
      expect(browser.complaints).to.deep.equal([]);
    } finally {
      await browser.close();
      await creator.stop();
      await sandbox.close();
    }
  });
});
