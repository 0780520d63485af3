import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TestBrowser } from '@portico/core/testing';
import { expect } from 'chai';
import type { Locator, Page } from 'playwright-core';
import sharp from 'sharp';
import { author, base, Library, picture } from '../testing/index.js';

interface NamedFile {
  readonly name: string;
  readonly mimeType: string;
  readonly buffer: Buffer;
}

const text = (name: string): NamedFile => ({ name, mimeType: 'text/plain', buffer: Buffer.from(name) });

describe('Uploading in a browser', () => {
  let library: Library;
  let browser: TestBrowser;
  let page: Page;
  let folder: string;

  before(async () => {
    library = await Library.open({
      config: { modules: { 'documents-media': { maxFilesPerUpload: 3, maxImagePixels: 100_000 } } },
    });
    browser = await TestBrowser.open();
    page = await browser.page(library.portal, { person: author });
    folder = await mkdtemp(join(tmpdir(), 'portico-dropped-'));
  });

  afterEach(() => {
    expect(browser.complaints.splice(0)).to.deep.equal([]);
  });

  after(async () => {
    await browser.close();
    await library.close();
    await rm(folder, { recursive: true, force: true });
  });

  async function openDialog(): Promise<Locator> {
    await page.goto(base);
    await page.getByRole('button', { name: 'New', exact: true }).click();
    await page.getByRole('menuitem', { name: 'Multiple Files Upload', exact: true }).click();
    return page.getByRole('dialog', { name: 'Multiple Files Upload' });
  }

  /** Drops files and folders of the disk where an element is, as a file manager does. */
  async function drop(target: Locator, ...paths: readonly string[]): Promise<void> {
    const box = await target.boundingBox();
    if (!box) throw new Error('Nothing can be dropped where nothing is.');
    const session = await page.context().newCDPSession(page);
    const place = { x: box.x + box.width / 2, y: box.y + Math.min(box.height / 2, 200) };
    const data = { items: [], files: [...paths], dragOperationsMask: 1 };
    for (const type of ['dragEnter', 'dragOver', 'drop'] as const)
      await session.send('Input.dispatchDragEvent', { type, ...place, data });
    await session.detach();
  }

  const stored = async (): Promise<string[]> => {
    const { body } = await library.get(`${base}/api/documents?order=name`).expect(200);
    return (body as { documents: { name: string }[] }).documents.map(({ name }) => name);
  };

  it('says how many files it takes before any is chosen, and keeps the first ones when there are too many', async () => {
    const dialog = await openDialog();
    await dialog.getByText('At most 3 files at once.').waitFor();
    await dialog.getByLabel('Choose files').setInputFiles(['a', 'b', 'c', 'd', 'e'].map((name) => text(`many-${name}.txt`)));
    await dialog.getByText('At most 3 files can be uploaded at once, and 5 are chosen.').waitFor();
    await dialog.getByRole('button', { name: 'Upload' }).click();
    expect(await stored()).not.to.include('many-a.txt');
    await dialog.getByRole('button', { name: 'Keep the first 3 files' }).click();
    await dialog.getByText('many-d.txt').waitFor({ state: 'detached' });
    await dialog.getByRole('button', { name: 'Upload' }).click();
    await dialog.waitFor({ state: 'detached' });
    expect(await stored())
      .to.include.members(['many-a.txt', 'many-b.txt', 'many-c.txt'])
      .and.not.include('many-d.txt');
  });

  it('says that a name is taken before the file is sent, and takes another one in its place', async () => {
    await library.add({ name: 'Report.txt' });
    const dialog = await openDialog();
    const sent: string[] = [];
    page.on(
      'request',
      (request) => void (request.url().includes('/upload-multiple') && request.method() === 'POST' && sent.push(request.url())),
    );
    await dialog.getByLabel('Choose files').setInputFiles([text('report.TXT'), text('free.txt')]);
    await dialog.getByText('There is already a document named Report.txt in this folder.').waitFor();
    const field = dialog.getByRole('textbox', { name: 'New name for report.TXT' });
    expect(await field.inputValue()).to.equal('report (1).TXT');
    expect(sent).to.deep.equal([]);
    await field.fill('free.txt');
    await dialog.getByRole('button', { name: 'Upload' }).click();
    await dialog.getByText(/There (is already a document|are two files) named free\.txt/).waitFor();
    await dialog.getByText('Uploaded').waitFor();
    await dialog.getByText('Some files need another name.').waitFor();
    await field.fill('of another kind.txt');
    await field.press('Enter');
    await dialog.waitFor({ state: 'detached' });
    await page.getByRole('link', { name: 'of another kind.txt' }).first().waitFor();
    expect(await stored()).to.include.members(['free.txt', 'of another kind.txt', 'Report.txt']);
  });

  it('says of each file at once what stands against it, also where there are too many, and what changes when one is taken out', async () => {
    await library.add({ name: 'first.txt' });
    await library.add({ name: 'fourth.txt' });
    const dialog = await openDialog();
    const names = ['first.txt', 'second.txt', 'third.txt', 'fourth.txt'];
    await dialog.getByLabel('Choose files').setInputFiles(names.map(text));
    await dialog.getByText('At most 3 files can be uploaded at once, and 4 are chosen.').waitFor();
    await dialog.getByText('There is already a document named first.txt').waitFor();
    expect(await dialog.getByText('There is already a document named fourth.txt').count()).to.equal(0);
    await dialog.getByRole('button', { name: 'Remove second.txt' }).click();
    await dialog.getByText('There is already a document named fourth.txt').waitFor();
    expect(await dialog.getByText('At most 3 files can be').count()).to.equal(0);
    const items = dialog.getByRole('listitem');
    expect(await items.count()).to.equal(3);
    await items.nth(2).getByText('third.txt').waitFor();
  });

  it('asks for another name also when somebody else was quicker', async () => {
    const dialog = await openDialog();
    await dialog.getByLabel('Choose files').setInputFiles(text('race.txt'));
    await dialog.getByText('Ready').waitFor();
    await library.add({ name: 'race.txt' });
    await dialog.getByRole('button', { name: 'Upload' }).click();
    await dialog.getByText('There is already a document named race.txt').waitFor();
    await page.locator('input:focus').fill('race two.txt');
    await dialog.getByRole('button', { name: 'Upload' }).click();
    await dialog.waitFor({ state: 'detached' });
    expect(await stored()).to.include('race two.txt');
  });

  it('says plainly that a folder is left out, takes the files beside it, and leaves the page where it is', async () => {
    await mkdir(join(folder, 'Holiday'));
    await writeFile(join(folder, 'Holiday', 'inside.txt'), 'inside');
    await writeFile(join(folder, 'beside.txt'), 'beside');
    await page.goto(base);
    await drop(page.locator('portico-documents'), join(folder, 'Holiday'), join(folder, 'beside.txt'));
    const dialog = page.getByRole('dialog', { name: 'Multiple Files Upload' });
    await dialog.getByText('Uploaded').waitFor();
    await dialog.getByText('The folder Holiday was left out, because only files can be uploaded.').waitFor();
    await dialog.getByRole('button', { name: 'Done' }).click();
    await page.getByText('beside.txt was added.').waitFor();
    await page.goto(base);
    await drop(page.locator('portico-documents'), join(folder, 'Holiday'));
    await dialog.getByText('The folder Holiday was left out, because only files can be uploaded.').waitFor();
    expect(await dialog.getByRole('listitem').count()).to.equal(0);
    expect(await stored())
      .to.include('beside.txt')
      .and.not.include('Holiday');
  });

  it('keeps the spelling of names: joiners, families of emoji, quotes, per cent signs', async () => {
    const names = ['می\u200cخواهم.png', '👩\u200d👩\u200d👧 holiday.png', 'क्\u200dष.png', 'say "hi".png', '50%25.png'];
    const buffer = await picture(30, 20);
    for (const some of [names.slice(0, 3), names.slice(3)]) {
      const dialog = await openDialog();
      await dialog.getByLabel('Choose files').setInputFiles(some.map((name) => ({ name, mimeType: 'image/png', buffer })));
      await dialog.getByRole('button', { name: 'Upload' }).click();
      await dialog.waitFor({ state: 'detached' });
      for (const name of some) await page.getByRole('link', { name, exact: true }).first().waitFor();
    }
    expect(await stored()).to.include.members(names);
    const dialog = await openDialog();
    await dialog.getByLabel('Choose files').setInputFiles({ name: 'hid\u200b\u202eden.txt', mimeType: 'text/plain', buffer });
    await dialog.getByText('A name cannot contain slashes, backslashes, line breaks or invisible characters.').waitFor();
  });

  it('shows a tiny picture in its own size, sharp', async () => {
    await library.add({ name: 'tiny-icon.png', content: await picture(16, 16) });
    await page.goto(`${base}?q=tiny-icon`);
    const icon = page.getByRole('listitem').filter({ hasText: 'tiny-icon.png' }).locator('img');
    await icon.waitFor();
    const { width, height } = (await icon.boundingBox()) ?? {};
    expect({ width, height }).to.deep.equal({ width: 16, height: 16 });
  });

  it('tells that a picture came without a preview, and shows a GIF', async () => {
    const gif = await sharp({ create: { width: 40, height: 30, channels: 3, background: 'green' } })
      .gif()
      .toBuffer();
    const large = await sharp({ create: { width: 400, height: 300, channels: 3, background: 'red' } })
      .png()
      .toBuffer();
    const dialog = await openDialog();
    await dialog.getByLabel('Choose files').setInputFiles([
      { name: 'green.gif', mimeType: 'image/gif', buffer: gif },
      { name: 'large.png', mimeType: 'image/png', buffer: large },
    ]);
    await dialog.getByRole('button', { name: 'Upload' }).click();
    await dialog.getByText('It is kept as a file without a preview').waitFor();
    await dialog.getByRole('button', { name: 'Done' }).click();
    await dialog.waitFor({ state: 'detached' });
    await page.getByRole('region', { name: 'Just added' }).getByRole('link', { name: 'green.gif' }).click();
    const shown = page.getByRole('img', { name: 'green.gif' });
    await shown.waitFor();
    const width = await shown.evaluate(async (image) => {
      const decoded = image as unknown as { decode(): Promise<void>; readonly naturalWidth: number };
      await decoded.decode();
      return decoded.naturalWidth;
    });
    expect(width).to.equal(40);
  });
});

describe('Uploading many files in a browser', () => {
  let library: Library;
  let browser: TestBrowser;
  let page: Page;

  before(async () => {
    library = await Library.open({ config: { modules: { 'documents-media': { maxFileBytes: 20_000 } } } });
    browser = await TestBrowser.open();
    page = await browser.page(library.portal, { person: author });
  });

  after(async () => {
    await browser.close();
    await library.close();
  });

  const names = Array.from({ length: 30 }, (_, index) => `many-${String(index + 1).padStart(2, '0')}.png`);

  for (const width of [1280, 390]) {
    it(`keeps the two that failed in sight, ${width} pixels wide`, async () => {
      await page.setViewportSize({ width, height: 844 });
      await page.goto(`${base}/upload-multiple`);
      const good = await picture(30, 20);
      const contentOf = (name: string): Buffer => {
        if (name === 'many-12.png') return Buffer.from('no picture');
        return name === 'many-24.png' ? Buffer.alloc(30_000) : good;
      };
      const shown = page.getByRole('list', { name: 'Files to upload' });
      const files = names.map((name) => ({ name: `${width}-${name}`, mimeType: 'image/png', buffer: contentOf(name) }));
      await page.getByLabel('Choose files').setInputFiles(files);
      // Before anything is sent.
      await page.getByText('Not uploaded: 1 of 30 files. They are first in the list.').waitFor();
      await shown.getByText('This file is too large.').waitFor();
      await page.getByRole('button', { name: 'Upload', exact: true }).click();
      await page.getByText('Not uploaded: 2 of 30 files. They are first in the list.').waitFor();
      await page.getByRole('button', { name: 'Done', exact: true }).waitFor();
      const problems = [`${width}-many-12.png is not an image`, 'This file is too large.'];
      const list = await shown.boundingBox();
      for (const [index, problem] of problems.entries()) {
        const box = await shown.getByRole('listitem').nth(index).getByText(problem).boundingBox();
        expect(box?.y, problem).to.be.within(list?.y ?? 0, (list?.y ?? 0) + (list?.height ?? 0) - (box?.height ?? 0));
      }
      expect(await shown.getByText('Uploaded').count()).to.equal(28);
    });
  }
});
