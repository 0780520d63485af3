import { accessibilityFaults, TestBrowser } from '@portico/core/testing';
import { expect } from 'chai';
import { base, Library } from '../testing/index.js';

describe('Permissions of folders and documents in a browser', () => {
  let library: Library;
  let browser: TestBrowser;

  before(async () => {
    library = await Library.open();
    browser = await TestBrowser.open();
  });

  after(async () => {
    await browser.close();
    await library.close();
  });

  for (const width of [1280, 390])
    it(`say by keyboard who sees a folder, show where it comes from, and take it back, ${width} pixels wide`, async () => {
      const folder = await library.documents.ensureFolder(library.system(), `Press ${width}`);
      const note = await library.add({ name: `plan-${width}.txt`, folderId: folder.id });
      const guest = library.portal.agent();
      const status = async (): Promise<number> => (await guest.get(`${base}/api/documents/${note.id}`)).status;
      const screen = await browser.page(library.portal, { width, person: library.portal.administrator });
      await screen.goto(base);
      const menu = screen.getByRole('button', { name: `Actions for ${folder.name}` });
      await menu.press('Enter');
      await screen.getByRole('menuitem', { name: 'Permissions', exact: true }).press('Enter');
      const dialog = screen.getByRole('dialog', { name: `Permissions of ${folder.name}` });
      await dialog.getByText('Inherited from Home.').waitFor();
      await dialog.getByRole('radio', { name: 'Everyone' }).press('ArrowDown');
      await dialog.getByRole('radio', { name: 'Signed-in people' }).press('ArrowDown');
      await dialog.getByRole('radio', { name: 'Members of the site' }).press('ArrowDown');
      await dialog.getByRole('checkbox', { name: 'Author' }).press('Space');
      expect(await accessibilityFaults(screen)).to.deep.equal([]);
      await dialog.getByRole('button', { name: 'Save' }).press('Enter');
      await screen.getByText(`Who may see ${folder.name} was saved.`).waitFor();
      await screen.getByText('Only people with these roles see this: Author').first().waitFor({ state: 'attached' });
      expect(await status()).to.equal(404);

      await screen.goto(`${base}/documents/${note.id}`);
      await screen.getByRole('link', { name: 'Permissions' }).press('Enter');
      const own = screen.getByRole('dialog', { name: `Permissions of ${note.name}` });
      await own.getByText(`Inherited from ${folder.name}.`).waitFor();
      await own.getByLabel('Chosen roles').press('ArrowUp');
      await own.getByRole('radio', { name: 'Members of the site' }).press('ArrowUp');
      await own.getByRole('radio', { name: 'Signed-in people' }).press('ArrowUp');
      await own.getByRole('radio', { name: 'Everyone' }).press('Enter');
      await screen.getByText(`Who may see ${note.name} was saved.`).waitFor();
      expect(await status()).to.equal(200);

      await screen.goto(`${base}/documents/${note.id}/permissions`);
      expect(await screen.evaluate('document.documentElement.scrollWidth')).to.equal(width);
      expect(await accessibilityFaults(screen)).to.deep.equal([]);
      await screen.getByRole('button', { name: 'Inherit again' }).press('Enter');
      await screen.getByText(`Who may see ${note.name} was saved.`).waitFor();
      expect(await status()).to.equal(404);
      await screen.context().close();
      expect(browser.complaints.splice(0)).to.deep.equal([]);
    }).timeout(120_000);
});
