import { accessibilityFaults, TestBrowser } from '@portico/core/testing';
import { expect } from 'chai';
import type { Locator, Page } from 'playwright-core';
import sharp from 'sharp';
import { author, base, Library, picture } from '../testing/index.js';

describe('Choosing a picture in a browser', () => {
  let library: Library;
  let browser: TestBrowser;
  let page: Page;

  before(async () => {
    library = await Library.open();
    const album = await library.documents.ensureFolder(library.system(), 'Album');
    await library.add({ name: 'inside.png', folderId: album.id, content: await picture(90, 60) });
    await library.add({ name: 'choice.png', content: await picture(120, 80), altText: 'A choice' });
    browser = await TestBrowser.open();
    page = await browser.page(library.portal, { person: author });
  });

  afterEach(() => {
    expect(browser.complaints.splice(0)).to.deep.equal([]);
  });

  after(async () => {
    await browser.close();
    await library.close();
  });

  /** Opens the selector as any page would: by a link that opens a dialog. */
  async function openSelector(uploads = true): Promise<Locator> {
    await page.goto(`${base}?q=nothing`);
    await page.evaluate(`
      (() => {
        const output = document.createElement('output');
        document.addEventListener('portico:item-selected', (event) => {
          output.textContent = JSON.stringify(event.detail);
        });
        const link = document.createElement('a');
        link.textContent = 'Open the selector';
        link.href = '/web/home/item-selector?type=image&return=image-url&uploads=${uploads}';
        link.dataset.dialog = 'Select Image';
        document.querySelector('main').prepend(link, output);
      })()
    `);
    await page.getByRole('link', { name: 'Open the selector' }).click();
    const dialog = page.getByRole('dialog', { name: 'Select Image' });
    await dialog.getByRole('button', { name: 'choice.png' }).waitFor();
    return dialog;
  }

  async function chosen(): Promise<{ value: string; title: string; altText: string }> {
    const output = page.locator('output', { hasText: 'value' });
    await output.waitFor();
    return JSON.parse((await output.textContent()) ?? '');
  }

  async function chooseNew(dialog: Locator, entry: string): Promise<Locator> {
    await dialog.getByRole('button', { name: 'New', exact: true }).click();
    await dialog.getByRole('menuitem', { name: entry, exact: true }).click();
    return page.getByRole('dialog', { name: entry });
  }

  it('answers the picture that is clicked, with its alternative text', async () => {
    const dialog = await openSelector();
    await dialog.getByRole('tab', { name: 'Documents and Media', selected: true }).waitFor();
    await dialog.getByRole('button', { name: 'choice.png' }).click();
    const item = await chosen();
    expect(item).to.include({ title: 'choice.png', altText: 'A choice' });
    expect(item.value).to.match(/\/view$/);
  });

  it('answers a moving GIF, which moves where it is shown, also one that was uploaded on the way', async () => {
    const frames = await Promise.all(
      ['red', 'blue'].map((background) =>
        sharp({ create: { width: 40, height: 30, channels: 3, background } })
          .png()
          .toBuffer(),
      ),
    );
    const gif = await sharp(frames, { join: { animated: true } })
      .gif()
      .toBuffer();
    await library.add({ name: 'moving.gif', content: gif });
    const dialog = await openSelector();
    await dialog.getByRole('button', { name: 'moving.gif GIF image' }).click();
    const item = await chosen();
    expect(item.title).to.equal('moving.gif');
    expect((await library.get(item.value).buffer(true).expect(200)).body).to.deep.equal(gif);

    const upload = await chooseNew(await openSelector(), 'File Upload');
    await upload.getByLabel('Choose a file').setInputFiles({ name: 'on the way.gif', mimeType: 'image/gif', buffer: gif });
    await upload.getByRole('button', { name: 'Upload' }).click();
    expect((await chosen()).title).to.equal('on the way.gif');
  });

  it('says of a picture with a long name what it shows of it, in this order', async () => {
    const long = await library.add({ name: 'a-very-long-name-of-a-picture.png', content: await picture(30, 30) });
    await page.goto('/web/home/item-selector?type=image&return=image-url');
    await page.getByRole('button', { name: `${long.name} PNG image` }).waitFor();
    expect(await accessibilityFaults(page)).to.deep.equal([]);
  });

  it('walks through folders and searches in place', async () => {
    const dialog = await openSelector();
    await dialog.getByRole('link', { name: 'Album' }).click();
    await dialog.getByRole('button', { name: 'inside.png' }).waitFor();
    await dialog.getByRole('link', { name: 'Documents and Media', exact: true }).click();
    await dialog.getByRole('button', { name: 'choice.png' }).waitFor();
    await dialog.getByRole('searchbox').fill('INS');
    await page.keyboard.press('Enter');
    await dialog.getByRole('button', { name: 'inside.png' }).press('Enter');
    expect((await chosen()).title).to.equal('inside.png');
  });

  it('answers an uploaded picture at once', async () => {
    const dialog = await openSelector();
    const upload = await chooseNew(dialog, 'File Upload');
    await upload
      .getByLabel('Choose a file')
      .setInputFiles({ name: 'fresh.png', mimeType: 'image/png', buffer: await picture(70, 50) });
    await upload.getByRole('button', { name: 'Upload' }).click();
    expect((await chosen()).title).to.equal('fresh.png');
  });

  it('answers the first picture of several and says that the others stay', async () => {
    const dialog = await openSelector();
    const upload = await chooseNew(dialog, 'Multiple Files Upload');
    await upload.getByLabel('Choose files').setInputFiles([
      { name: 'several-1.txt', mimeType: 'text/plain', buffer: Buffer.from('no picture') },
      { name: 'several-2.png', mimeType: 'image/png', buffer: await picture(70, 60) },
      { name: 'several-3.png', mimeType: 'image/png', buffer: await picture(70, 61) },
    ]);
    await upload.getByRole('button', { name: 'Upload' }).click();
    expect((await chosen()).title).to.equal('several-2.png');
    await page.getByText('The other 2 stay in the folder.').waitFor();
  });

  it('keeps the dialog open for a file that is no picture, and says so', async () => {
    const dialog = await openSelector();
    const upload = await chooseNew(dialog, 'File Upload');
    await upload
      .getByLabel('Choose a file')
      .setInputFiles({ name: 'note.txt', mimeType: 'text/plain', buffer: Buffer.from('x') });
    await upload.getByRole('button', { name: 'Upload' }).click();
    const toast = dialog.getByRole('status').getByText('note.txt was added to the folder, but it cannot be used here.');
    await toast.waitFor();
    expect(await page.getByRole('status').getByText('note.txt was added').count(), 'said once').to.equal(1);
    await dialog.getByRole('button', { name: 'Dismiss' }).click();
    expect(await toast.count()).to.equal(0);
    await dialog.getByRole('button', { name: 'choice.png' }).waitFor();
  });

  it('says above the dialog that the session has ended, with the way to sign in', async () => {
    const signedOut = await browser.page(library.portal, { person: author });
    await signedOut.goto(base);
    await signedOut.evaluate(`
      (() => {
        const link = document.createElement('a');
        link.textContent = 'Open the selector';
        link.href = '/web/home/item-selector?type=image&return=image-url';
        link.dataset.dialog = 'Select Image';
        document.querySelector('main').prepend(link);
      })()
    `);
    await signedOut.getByRole('link', { name: 'Open the selector' }).click();
    const dialog = signedOut.getByRole('dialog', { name: 'Select Image' });
    await dialog.getByRole('link', { name: 'Album' }).waitFor();
    await signedOut.context().clearCookies();
    await dialog.getByRole('link', { name: 'Album' }).click();
    const failed = dialog.getByRole('alert').filter({ hasText: 'Sign in to do this.' });
    expect(await signedOut.locator('.toast-one', { hasText: 'Sign in to do this.' }).count(), 'said once').to.equal(0);
    await failed.getByRole('link', { name: 'Sign In' }).click();
    await signedOut.waitForURL(/\/sign-in\?next=%2Fweb%2Fhome%2Fdocuments-media$/);
    await signedOut.context().close();
  });

  it('makes a folder and goes on inside, without leaving the dialog', async () => {
    const dialog = await openSelector();
    const form = await chooseNew(dialog, 'Folder');
    await form.getByLabel('Name').fill('New album');
    await form.getByRole('button', { name: 'Save' }).click();
    await dialog.getByText('No pictures here yet').waitFor();
    await dialog.getByText('New album').waitFor();
    const upload = await chooseNew(dialog, 'File Upload');
    await upload
      .getByLabel('Choose a file')
      .setInputFiles({ name: 'deep.png', mimeType: 'image/png', buffer: await picture(33, 22) });
    await upload.getByRole('button', { name: 'Upload' }).click();
    await chosen();
    await page.goto(`${base}?q=new`);
    await page.getByRole('link', { name: 'New album' }).click();
    await page.getByRole('link', { name: 'deep.png' }).waitFor();
  });

  it('has no New menu when the caller allows no uploads', async () => {
    const dialog = await openSelector(false);
    expect(await dialog.getByRole('button', { name: 'New', exact: true }).count()).to.equal(0);
  });
});
