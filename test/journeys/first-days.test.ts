import { type AccessContext, AccessContexts, type Site, SiteDirectory } from '@portico/core';
import { accessibilityFaults, startTestPortal, TestBrowser, type TestPortal } from '@portico/core/testing';
import { Documents } from '@portico/documents-media/api';
import { picture } from '@portico/documents-media/testing';
import { TestMailServer } from '@portico/mail/testing';
import { expect } from 'chai';
import type { Page } from 'playwright-core';

const password = 'lanterns over quiet water';

/** What the people of a new portal do first, each with the keyboard alone, on a wide and on a narrow window. */
describe('The first days of a portal', () => {
  let server: TestMailServer;
  let portal: TestPortal;
  let browser: TestBrowser;
  let system: AccessContext;

  before(async () => {
    server = await TestMailServer.start();
    portal = await startTestPortal({ environment: server.environment, config: { modules: { mail: server.config } } });
    browser = await TestBrowser.open();
    system = portal.service(AccessContexts).system(portal.service(SiteDirectory).byAddress('home') as Site);
  });
  after(async () => {
    await browser?.close();
    await portal?.stop();
    await server?.stop();
  });
  afterEach(() => expect(browser.complaints.splice(0)).to.deep.equal([]));

  /** Puts a text in place of that of a field, as a person types it. */
  const type = async (page: Page, label: string, text: string): Promise<void> => {
    await page.getByLabel(label, { exact: true }).focus();
    await page.keyboard.press('ControlOrMeta+A');
    await page.keyboard.type(text);
  };
  const press = (page: Page, role: 'link' | 'button', name: string | RegExp): Promise<void> =>
    page.getByRole(role, { name, exact: true }).first().press('Enter');
  const isSound = async (page: Page, width: number): Promise<void> => {
    expect(await accessibilityFaults(page)).to.deep.equal([]);
    expect(await page.evaluate('document.documentElement.scrollWidth')).to.equal(width);
  };
  const asGuest = async (path: string): Promise<number> => (await portal.agent().get(path)).status;

  for (const { width, step, field, name } of [
    { width: 1280, step: 'Choose a Name', field: 'Portal Name', name: 'Harbour Club' },
    { width: 390, step: 'Add a Logo', field: 'Portal Name', name: 'Harbour and Yacht Club' },
  ])
    it(`an administrator follows ${step} to a name and a logo, ${width} pixels wide`, async () => {
      const page = await browser.page(portal, { width, person: portal.administrator });
      await page.goto('/first-steps');
      await isSound(page, width);
      await press(page, 'link', step);
      await type(page, field, name);
      const choosing = page.waitForEvent('filechooser');
      await page.getByLabel('Logo', { exact: true }).press('Enter');
      const file = { name: 'logo.png', mimeType: 'image/png', buffer: await picture(width, 200) };
      await (await choosing).setFiles(file);
      await press(page, 'button', 'Save');
      await page.getByText('Name and logo were saved and are in force.').waitFor();
      await page.getByRole('banner').getByRole('img', { name }).waitFor();
      await isSound(page, width);
      if (width === 1280) {
        await press(page, 'button', 'Remove Picture');
        await page.getByText('The portal shows the logo of Portico again.').waitFor();
      }
      await page.goto('/first-steps');
      expect(await page.getByRole('main').getByRole('heading', { level: 2 }).allTextContents()).to.deep.equal(
        width === 1280 ? ['Show your logo', 'Invite people'] : ['Invite people'],
      );
      await page.context().close();
    }).timeout(120_000);

  for (const width of [1280, 390])
    it(`somebody is invited to a second site, and publishes a first article there, ${width} pixels wide`, async () => {
      const site = `pier-${width}`;
      const email = `ines${width}@example.org`;
      const admin = await browser.page(portal, { width, person: portal.administrator });
      await admin.goto('/sites/new');
      await type(admin, 'Name', `Pier ${width}`);
      await admin.keyboard.press('Enter');
      await admin.waitForURL(`**/web/${site}`);
      await admin.goto('/identity/users/new');
      await type(admin, 'Name', 'Ines Invited');
      await type(admin, 'Email Address', email);
      await admin.keyboard.press('Enter');
      await admin.getByText(`An invitation is on its way to ${email}.`).waitFor();
      await admin.getByLabel('Site', { exact: true }).focus();
      await admin.keyboard.type(`Pier ${width}`);
      await press(admin, 'button', 'Add Role in Site');
      await admin.getByRole('button', { name: new RegExp(`Author.*Pier ${width}`) }).waitFor();
      await isSound(admin, width);
      await admin.context().close();

      const page = await browser.page(portal, { width });
      await page.goto((await server.next(email)).link);
      await page.getByRole('heading', { name: 'Welcome' }).waitFor();
      await isSound(page, width);
      await type(page, 'New Password', password);
      await type(page, 'Repeat New Password', password);
      await page.keyboard.press('Enter');
      await page.getByText('Your password is saved. Sign in with it.').waitFor();
      await type(page, 'Email Address', email);
      await type(page, 'Password', password);
      await page.keyboard.press('Enter');
      await page.waitForURL('**/web/**');
      await page.goto(`/web/${site}`);
      if (width === 390) await press(page, 'button', 'Product Menu');
      await press(page, 'link', 'Web Content');
      await press(page, 'link', 'New');
      await type(page, 'Title', 'The first sails');
      await page.getByRole('textbox', { name: 'Content' }).focus();
      await page.keyboard.type('Eleven boats, and coffee on the pier.');
      await isSound(page, width);
      await press(page, 'button', 'Publish');
      await page.getByText('“The first sails” is published.').waitFor();
      await isSound(page, width);
      await page.context().close();
      const read = await portal.agent().get(`/web/${site}/articles/the-first-sails`);
      expect([read.status, read.text.includes('Eleven boats')]).to.deep.equal([200, true]);
    }).timeout(120_000);

  for (const width of [1280, 390])
    it(`a folder is closed, and an article with one picture of it is published, ${width} pixels wide`, async () => {
      const documents = portal.service(Documents);
      const folder = await documents.ensureFolder(system, `Board ${width}`);
      const add = async (file: string): Promise<string> => {
        const { id } = await documents.add(system, { name: file, folderId: folder.id, content: await picture(80, 60) });
        return `/web/home/documents-media/documents/${id}/view`;
      };
      const [shown, kept] = [await add(`shown-${width}.png`), await add(`kept-${width}.png`)];
      const page = await browser.page(portal, { width, person: portal.administrator });
      await page.goto('/web/home/documents-media');
      await press(page, 'button', `Actions for ${folder.name}`);
      await page.getByRole('menuitem', { name: 'Permissions', exact: true }).press('Enter');
      const rule = page.getByRole('dialog', { name: `Permissions of ${folder.name}` });
      await rule.getByRole('radio', { name: 'Everyone' }).press('ArrowDown');
      await rule.getByRole('radio', { name: 'Signed-in people' }).press('ArrowDown');
      await rule.getByRole('button', { name: 'Save' }).press('Enter');
      await page.getByText(`Who may see ${folder.name} was saved.`).waitFor();
      expect([await asGuest(shown), await asGuest(kept)]).to.deep.equal([404, 404]);

      await page.goto('/web/home/web-content/new');
      await type(page, 'Title', `From the board ${width}`);
      await page.getByRole('textbox', { name: 'Content' }).focus();
      await page.keyboard.type('We met.');
      await press(page, 'button', 'Image');
      const selector = page.getByRole('dialog', { name: 'Select Image' });
      await selector.getByRole('link', { name: folder.name }).first().press('Enter');
      await selector.getByRole('button', { name: `shown-${width}.png` }).press('Enter');
      await selector.waitFor({ state: 'hidden' });
      await press(page, 'button', 'Publish');
      await page.getByText(/Not everybody who reads this article would see .*It is not published yet\./).waitFor();
      await isSound(page, width);
      const place = `/web/home/articles/from-the-board-${width}`;
      expect([await asGuest(place), await asGuest(shown)]).to.deep.equal([404, 404]);
      await press(page, 'button', 'Make them visible');
      await page.getByText(`“From the board ${width}” is published.`).waitFor();
      await isSound(page, width);
      expect([await asGuest(place), await asGuest(shown), await asGuest(kept)]).to.deep.equal([200, 200, 404]);
      await page.context().close();
    }).timeout(120_000);
});
