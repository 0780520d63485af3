import { TestBrowser } from '@portico/core/testing';
import { base, Library } from '@portico/documents-media/testing';
import { expect } from 'chai';
import type { Page } from 'playwright-core';

/** Screens with a form, a field of it that takes text or is ticked, and the button that sends it. */
interface FormScreen {
  readonly path: string;
  readonly field: string;
  readonly kind: 'text' | 'tick';
}

describe('Forms that are not saved', () => {
  let library: Library;
  let browser: TestBrowser;
  let page: Page;
  let document: string;
  const asked: string[] = [];

  before(async () => {
    library = await Library.open();
    ({ id: document } = await library.add({ name: 'unsaved.txt' }));
    browser = await TestBrowser.open();
    page = await browser.page(library.portal, { person: library.portal.administrator });
    page.on('dialog', (dialog) => {
      asked.push(dialog.type());
      void dialog.accept();
    });
  });

  beforeEach(() => {
    asked.length = 0;
  });

  afterEach(() => {
    expect(browser.complaints.splice(0)).to.deep.equal([]);
  });

  after(async () => {
    await browser.close();
    await library.close();
  });

  const screens: readonly FormScreen[] = [
    { path: '/web/home/web-content/new', field: 'input[name="title"]', kind: 'text' },
    { path: '/sites/new', field: 'input[name="name"]', kind: 'text' },
    { path: '/identity/users/new', field: 'input[name="name"]', kind: 'text' },
    { path: '/identity/roles/author', field: 'input[type="checkbox"]:not(:disabled)', kind: 'tick' },
    { path: '/web/home/identity/memberships', field: 'input[name="email"]', kind: 'text' },
    { path: '/account', field: 'input[name="name"]', kind: 'text' },
    { path: '/account/tokens', field: 'input[name="name"]', kind: 'text' },
    { path: `${base}/folders/new`, field: 'input[name="name"]', kind: 'text' },
  ];

  async function change({ path, field, kind }: FormScreen): Promise<void> {
    await page.goto(path);
    const control = page.locator(`main ${field}`).first();
    if (kind === 'text') await control.pressSequentially('typed');
    else await control.click();
  }

  const leave = (): Promise<unknown> => page.goto('/web/home');

  for (const screen of screens) {
    it(`ask before ${screen.path} is left, and only when something was changed`, async () => {
      await page.goto(screen.path);
      await leave();
      expect(asked).to.deep.equal([]);
      await change(screen);
      await leave();
      expect(asked).to.deep.equal(['beforeunload']);
    });
  }

  it('ask about a document’s fields, and nothing after Save', async () => {
    await page.goto(`${base}/documents/${document}`);
    await page.getByLabel('Name').fill('renamed.txt');
    await leave();
    expect(asked).to.deep.equal(['beforeunload']);
    await page.goto(`${base}/documents/${document}`);
    await page.getByLabel('Name').fill('renamed.txt');
    await page.getByRole('button', { name: 'Save' }).click();
    await page
      .getByText('renamed.txt was saved')
      .or(page.getByRole('heading', { name: 'renamed.txt', level: 1 }))
      .first()
      .waitFor();
    await leave();
    expect(asked).to.deep.equal(['beforeunload']);
  });

  it('ask again about what came back with an error', async () => {
    await page.goto('/sites/new');
    await page.getByLabel('Name').fill('A site');
    await page.locator('input[name="address"]').fill('home');
    await page.locator('main form button.btn-primary').click();
    await page.locator('[aria-invalid="true"]').waitFor();
    expect(await page.getByLabel('Name').inputValue()).to.equal('A site');
    await leave();
    expect(asked).to.deep.equal(['beforeunload']);
  });

  it('come back with what was typed after an error page', async () => {
    await page.goto('/sites/new');
    await page.getByLabel('Name').fill('Typed with care');
    // As when somebody signed out and in again in another tab.
    await page.locator('main form input[name="csrf"]').evaluate((field) => field.setAttribute('value', 'old'));
    await page.locator('main form button.btn-primary').click();
    await page.getByText('This page is out of date.').waitFor();
    await page.getByRole('link', { name: 'Back to the form' }).click();
    await page.getByText('What you typed is back in this form.').waitFor();
    expect(await page.getByLabel('Name').inputValue()).to.equal('Typed with care');
  });

  it('say when the end of what was pasted does not fit', async () => {
    await page.goto('/sites/new');
    await page.locator('input[name="name"]').evaluate((field) => {
      const clipboardData = new DataTransfer();
      clipboardData.setData('text/plain', 'long '.repeat(500));
      field.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }));
    });
    await page.getByText('What you pasted is longer than this field takes.').waitFor();
  });

  it('ask in a window before it is closed with typed words, and not without', async () => {
    await page.goto(base);
    const openForm = async (): Promise<void> => {
      await page.getByRole('button', { name: 'New', exact: true }).click();
      await page.getByRole('menuitem', { name: 'Folder' }).click();
      await page.getByRole('dialog', { name: 'Folder' }).getByLabel('Name').waitFor();
    };
    const form = page.getByRole('dialog', { name: 'Folder' });
    const question = page.getByRole('alertdialog', { name: 'Are you sure?' });
    await openForm();
    await page.keyboard.press('Escape');
    await form.waitFor({ state: 'detached' });
    await openForm();
    await form.getByLabel('Name').fill('Half a name');
    for (const leaveIt of [
      () => page.keyboard.press('Escape'),
      () => form.getByRole('button', { name: 'Close', exact: true }).click(),
      () => form.getByRole('link', { name: 'Cancel' }).click(),
    ]) {
      await leaveIt();
      await question.getByText('What you typed in this window is not saved').waitFor();
      await question.getByRole('button', { name: 'Cancel' }).click();
      await question.waitFor({ state: 'detached' });
      expect(await form.getByLabel('Name').inputValue()).to.equal('Half a name');
    }
    await page.keyboard.press('Escape');
    await question.getByRole('button', { name: 'Close without Saving' }).click();
    await form.waitFor({ state: 'detached' });
    expect(new URL(page.url()).pathname).to.equal(base);
  });

  it('are not kept for somebody else, nor with a password', async () => {
    await page.goto('/account');
    await page.locator('input[name="current"]').fill('a secret word');
    await page.locator('input[name="password"]').fill('another secret word');
    await page.context().clearCookies();
    await page.locator('input[name="password"]').press('Enter');
    await page.getByRole('main').getByRole('link', { name: 'Sign In' }).waitFor();
    expect(await page.evaluate(() => JSON.stringify({ ...sessionStorage, ...localStorage }))).not.to.contain('secret');
  });
});
