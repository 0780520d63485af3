import { TestBrowser } from '@portico/core/testing';
import { expect } from 'chai';
import type { Page } from 'playwright-core';
import sharp from 'sharp';
import { author, base, Library, picture } from '../testing/index.js';

describe('Documents and Media in a browser', () => {
  let library: Library;
  let browser: TestBrowser;
  let page: Page;

  before(async () => {
    library = await Library.open({ config: { modules: { 'documents-media': { maxFileBytes: 2_000_000 } } } });
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

  async function chooseNew(entry: string, on: Page = page): Promise<void> {
    await on.getByRole('button', { name: 'New', exact: true }).click();
    await on.getByRole('menuitem', { name: entry, exact: true }).click();
  }

  it('leads from the Product Menu to an empty list that says what to do', async () => {
    await page.goto('/web/home');
    await page.getByRole('navigation', { name: 'Product Menu' }).getByRole('link', { name: 'Documents and Media' }).click();
    await page.getByRole('heading', { name: 'Documents and Media', level: 1 }).waitFor();
    await page.getByText('Nothing here yet').waitFor();
  });

  it('uploads one file in a dialog, and leads the keyboard to it', async () => {
    await page.goto(base);
    await chooseNew('File Upload');
    const dialog = page.getByRole('dialog', { name: 'File Upload' });
    await dialog
      .getByLabel('Choose a file')
      .setInputFiles({ name: 'first.png', mimeType: 'image/png', buffer: await picture(300, 200) });
    await dialog.getByRole('button', { name: 'Upload' }).click();
    await dialog.waitFor({ state: 'detached' });
    const card = page.getByRole('link', { name: 'first.png' });
    await card.waitFor();
    await page.getByText('first.png was added.').waitFor();
    await page.locator('a:focus', { hasText: 'first.png' }).waitFor();
    expect(new URL(page.url()).pathname).to.equal(base);
  });

  it('uploads many with a result for each, and keeps what arrived', async () => {
    await page.goto(base);
    await chooseNew('Multiple Files Upload');
    const dialog = page.getByRole('dialog', { name: 'Multiple Files Upload' });
    await dialog.getByLabel('Choose files').setInputFiles([
      { name: 'many-1.txt', mimeType: 'text/plain', buffer: Buffer.from('one') },
      { name: 'many-2.png', mimeType: 'image/png', buffer: Buffer.from('this is no picture') },
      { name: 'many-3.png', mimeType: 'image/png', buffer: await picture(200, 200) },
      { name: 'too-large.bin', mimeType: 'application/octet-stream', buffer: Buffer.alloc(2_100_000) },
    ]);
    await dialog.getByText('This file is too large.').waitFor();
    await dialog.getByRole('button', { name: 'Upload' }).click();
    await dialog.getByText('many-2.png is not an image, although its name says so.').waitFor();
    expect(await dialog.getByText('Uploaded', { exact: false }).count()).to.be.greaterThan(1);
    await dialog.getByRole('button', { name: 'Remove many-2.png' }).click();
    await dialog.getByRole('button', { name: 'Remove too-large.bin' }).click();
    await dialog.getByRole('button', { name: 'Done' }).click();
    await dialog.waitFor({ state: 'detached' });
    await page.getByText('2 files were added.').waitFor();
    await page.getByRole('region', { name: 'Just added' }).getByRole('link', { name: 'many-3.png' }).waitFor();
  });

  it('shows what arrived when the dialog is closed in the middle', async () => {
    await page.goto(base);
    await chooseNew('Multiple Files Upload');
    const dialog = page.getByRole('dialog', { name: 'Multiple Files Upload' });
    await dialog.getByLabel('Choose files').setInputFiles([
      { name: 'stays.txt', mimeType: 'text/plain', buffer: Buffer.from('one') },
      { name: 'fails.png', mimeType: 'image/png', buffer: Buffer.from('no picture') },
    ]);
    await dialog.getByRole('button', { name: 'Upload' }).click();
    // Both are sent at once: the one that arrives may come after the one that fails.
    await dialog.getByText('fails.png is not an image').waitFor();
    await dialog.getByText('Uploaded', { exact: false }).first().waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('link', { name: 'stays.txt' }).first().waitFor();
  });

  it('makes a folder, shows an error beside its field, and goes on inside', async () => {
    await library.documents.ensureFolder(library.system(), 'Taken');
    await page.goto(base);
    await chooseNew('Folder');
    const dialog = page.getByRole('dialog', { name: 'Folder' });
    await dialog.getByLabel('Name').fill('taken');
    await page.keyboard.press('Enter');
    await dialog.getByText('There is already a folder named Taken here').waitFor();
    await dialog.getByLabel('Name').fill('Summer');
    await dialog.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('heading', { name: 'Summer', level: 1 }).waitFor();
    await page.getByText('Nothing here yet').waitFor();
  });

  it('takes files that are dropped on the list', async () => {
    await page.goto(base);
    const files = await page.evaluateHandle(`
      (() => {
        const transfer = new DataTransfer();
        transfer.items.add(new File(['dropped'], 'dropped.txt', { type: 'text/plain' }));
        return transfer;
      })()
    `);
    const list = page.locator('portico-documents');
    await list.dispatchEvent('dragenter', { dataTransfer: files });
    await page.getByText('Drop files to upload them to Documents and Media').waitFor();
    await list.dispatchEvent('drop', { dataTransfer: files });
    await page.getByText('dropped.txt was added.').waitFor();
    await page.getByRole('link', { name: 'dropped.txt' }).waitFor();
  });

  it('switches between cards and table and works with the keyboard alone', async () => {
    await page.goto(base);
    await page.getByRole('link', { name: /table/i }).click();
    const row = page.getByRole('row', { name: /first\.png/ });
    await row.waitFor();
    await row.getByRole('button', { name: 'Actions for first.png' }).focus();
    await page.keyboard.press('Enter');
    await page.keyboard.press('ArrowDown');
    await page.locator('[role=menuitem]:focus').waitFor();
    await page.keyboard.press('End');
    await page.keyboard.press('Enter');
    const dialog = page.getByRole('dialog', { name: 'Delete first.png' });
    await dialog.getByRole('button', { name: 'Delete' }).click();
    await page.getByText('first.png was deleted.').waitFor();
    expect(await page.getByRole('row', { name: /first\.png/ }).count()).to.equal(0);
  });

  it('edits, renames and moves a document on its page', async () => {
    const { id } = await library.add({ name: 'harbor.png', content: await picture(400, 300) });
    await library.documents.ensureFolder(library.system(), 'Places');
    await page.goto(`${base}/documents/${id}`);
    await page.getByLabel('Name').fill('harbour.png');
    await page.getByLabel('Alternative text').fill('Boats at rest');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('harbour.png was saved.').waitFor();
    await page.getByRole('img', { name: 'Boats at rest' }).waitFor();
    await page.getByRole('link', { name: 'Move' }).click();
    await page.getByRole('link', { name: 'Places' }).click();
    await page.getByRole('button', { name: 'Move to Places' }).click();
    await page.getByText('harbour.png was moved to Places.').waitFor();
  });

  it('does the same without scripts', async () => {
    const plain = await browser.page(library.portal, { person: author, javaScript: false });
    await plain.goto(base);
    await plain.getByText('New', { exact: true }).click();
    await plain.getByRole('link', { name: 'File Upload', exact: true }).click();
    await plain
      .getByLabel('Choose a file')
      .setInputFiles({ name: 'plain.txt', mimeType: 'text/plain', buffer: Buffer.from('plain') });
    await plain.getByRole('button', { name: 'Upload' }).click();
    await plain.getByText('plain.txt was added.').waitFor();
    await plain.getByRole('link', { name: 'plain.txt' }).first().waitFor();
    await plain.getByRole('button', { name: 'Actions for plain.txt' }).click();
    await plain.getByRole('link', { name: 'Delete' }).click();
    await plain.getByRole('button', { name: 'Delete' }).click();
    await plain.getByText('plain.txt was deleted.').waitFor();
    await plain.context().close();
  });

  it('fits a narrow window', async () => {
    const narrow = await browser.page(library.portal, { person: author, width: 380, height: 760 });
    for (const path of [base, `${base}?view=table`, `${base}/upload`]) {
      await narrow.goto(path);
      const overflow = await narrow.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth');
      expect(overflow, path).to.equal(0);
    }
    await narrow.context().close();
  });

  it('sorts by its headings with the keyboard, and the next visit is a table still', async () => {
    const pile = await library.documents.ensureFolder(library.system(), 'Pile');
    for (const [name, size] of [
      ['big.txt', 900],
      ['middle.txt', 50],
      ['tiny.txt', 1],
    ] as const)
      await library.add({ name, folderId: pile.id, content: Buffer.from('x'.repeat(size)) });
    await page.goto(`${base}?folder=${pile.id}`);
    await page.getByRole('link', { name: 'Table', exact: true }).click();
    const names = (): Promise<string[]> => page.locator('tbody a.cell-name').allTextContents();
    const heading = page.getByRole('columnheader', { name: 'Size' });
    const press = async (sort: string): Promise<void> => {
      await heading.getByRole('link').focus();
      await page.keyboard.press('Enter');
      await page.locator(`th[aria-sort="${sort}"]`, { hasText: 'Size' }).waitFor();
    };
    await press('descending');
    expect(await names()).to.deep.equal(['big.txt', 'middle.txt', 'tiny.txt']);
    await press('ascending');
    expect(await names()).to.deep.equal(['tiny.txt', 'middle.txt', 'big.txt']);
    expect(await page.locator('th[aria-sort]').count()).to.equal(1);
    await page.getByText('3 entries').waitFor();
    await page.getByRole('searchbox', { name: 'Search' }).fill('txt');
    await page.keyboard.press('Enter');
    await page.waitForURL((url) => url.searchParams.get('q') === 'txt');
    expect(await heading.getAttribute('aria-sort')).to.equal('ascending');
    await page.goto(base);
    await page.getByRole('columnheader', { name: 'Size' }).waitFor();
    await page.getByRole('link', { name: 'Cards', exact: true }).click();
    await page.goto(base);
    expect(await page.getByRole('columnheader').count()).to.equal(0);
  });

  it('cuts the middle of long names, with no gap that is wider than between letters', async () => {
    await library.add({ name: `${'m'.repeat(40)}-2.jpg`, content: await picture(30, 20, 'jpeg') });
    await library.add({ name: `${'m'.repeat(40)}-3.jpg`, content: await picture(30, 20, 'jpeg') });
    for (const width of [1280, 1262, 1244, 390, 381, 372]) {
      await page.setViewportSize({ width, height: 844 });
      await page.goto(`${base}?view=cards&q=mmmm`);
      for (const end of ['2', '3']) {
        const name = page.getByRole('heading', { name: `${'m'.repeat(40)}-${end}.jpg` });
        await name.waitFor();
        await page.evaluate('new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))');
        expect(
          widestGap(
            await sharp(await name.screenshot())
              .greyscale()
              .raw()
              .toBuffer({ resolveWithObject: true }),
          ),
        ).to.be.below(7);
      }
    }
    await page.setViewportSize({ width: 1280, height: 844 });
  });
});

/** Columns without ink between the first and the last that have some. */
function widestGap({
  data,
  info,
}: {
  readonly data: Buffer;
  readonly info: { readonly width: number; readonly height: number };
}): number {
  const { width, height } = info;
  const paper = data[0] ?? 255;
  const inked = Array.from({ length: width }, (_, x) =>
    Array.from({ length: height }, (__, y) => data[y * width + x] ?? paper).some((grey) => Math.abs(grey - paper) > 60),
  );
  const columns = inked.flatMap((isInked, x) => (isInked ? [x] : []));
  return Math.max(...columns.map((x, index) => x - (columns[index - 1] ?? x) - 1));
}
