import { type Site, SiteDirectory } from '@portico/core';
import { startTestPortal, TestBrowser, type TestPortal } from '@portico/core/testing';
import { Sites } from '@portico/sites/api';
import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { People } from '../api/index.js';
import { addPerson, password } from './support.js';

describe('In a browser', () => {
  let portal: TestPortal;
  let browser: TestBrowser;

  before(async () => {
    portal = await startTestPortal();
    browser = await TestBrowser.open();
    await portal.service(Sites).add({ name: 'Guide', address: 'guide' });
    const home = portal.service(SiteDirectory).byAddress('home') as Site;
    const manager = await addPerson(portal, 'manager@example.org', { name: 'Mary Manager' });
    await portal.service(People).grant(manager.id, 'Site Administrator', home.id);
    await addPerson(portal, 'author@example.org', { name: 'Arthur Author' });
  });

  after(async () => {
    await browser?.close();
    await portal?.stop();
    expect(browser.complaints).to.deep.equal([]);
  });

  const signIn = async (page: Page, email: string, typed: string): Promise<void> => {
    await page.getByLabel('Email Address').fill(email);
    await page.getByLabel('Password').fill(typed);
    await page.getByRole('button', { name: 'Sign In' }).click();
  };

  it('somebody signs in by keyboard, after a slip, and out again', async () => {
    const page = await browser.page(portal);
    await page.goto('/account');
    await signIn(page, 'manager@example.org', 'not my password');
    await page.getByText('The email address or the password is not right.').waitFor();
    expect(await page.getByLabel('Email Address').inputValue()).to.equal('manager@example.org');
    await page.getByLabel('Password').fill(password);
    await page.getByLabel('Password').press('Enter');
    await page.waitForURL('**/account');
    await page.getByRole('heading', { name: 'My Account' }).waitFor();
    await page.getByRole('button', { name: /Mary Manager/ }).click();
    await page.getByRole('menuitem', { name: 'Sign Out' }).click();
    await page.getByText('You are signed out.').waitFor();
    await page.context().close();
  });

  it('a site administrator adds an author, who finds the content of this site and not of the other', async () => {
    const page = await browser.page(portal, { person: { email: 'manager@example.org', password } });
    await page.getByRole('navigation', { name: 'Product Menu' }).getByRole('link', { name: 'Site Memberships' }).click();
    await page.getByLabel('Email Address').fill('author@example.org');
    await page.getByLabel('Role').selectOption('Author');
    await page.getByRole('button', { name: 'Add Member' }).click();
    await page.getByText('Arthur Author is now Author here.').waitFor();
    await page.getByRole('button', { name: 'Remove Author from Arthur Author' }).waitFor();
    await page.context().close();

    const author = await browser.page(portal, { person: { email: 'author@example.org', password } });
    await author.getByRole('navigation', { name: 'Product Menu' }).getByRole('link', { name: 'Web Content' }).waitFor();
    await author.goto('/web/guide');
    // Nothing of the site itself: only the way to those in which they have a role.
    const links = author.getByRole('navigation', { name: 'Product Menu' }).getByRole('link');
    expect(await links.allInnerTexts()).to.deep.equal(['My Sites']);
    await author.context().close();
  });

  it('an administrator adds a person, who chooses a password at the first sign-in', async () => {
    const page = await browser.page(portal, { person: portal.administrator });
    await page.getByRole('button', { name: 'Global Menu' }).click();
    await page.getByRole('link', { name: 'Users and Organizations' }).click();
    await page.getByRole('link', { name: 'Add Person' }).click();
    await page.getByLabel('Name').fill('Nora New');
    await page.getByLabel('Email Address').fill('nora@example.org');
    await page.getByRole('button', { name: 'Add', exact: true }).click();
    const oneTime = await page.locator('code').textContent();
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await page.getByRole('button', { name: 'Copy Password' }).click();
    await page.getByText('The password is copied.').waitFor();
    expect(await page.evaluate('navigator.clipboard.readText()')).to.equal(oneTime);
    await page.getByRole('button', { name: 'Grant Operator' }).click();
    const question = page.getByRole('alertdialog');
    await question.getByText('Give Nora New the role Operator on the whole instance?').waitFor();
    await question.getByRole('button', { name: 'Cancel' }).click();
    expect(await page.getByRole('button', { name: 'Revoke Operator' }).count()).to.equal(0);
    await page.getByRole('button', { name: 'Grant Operator' }).click();
    await question.getByRole('button', { name: 'Grant', exact: true }).click();
    await page.getByRole('button', { name: 'Revoke Operator' }).waitFor();
    await page.context().close();

    const nora = await browser.page(portal);
    await nora.goto('/sign-in');
    await signIn(nora, 'nora@example.org', oneTime ?? '');
    await nora.getByLabel('New Password', { exact: true }).fill(password);
    await nora.getByLabel('Repeat New Password').fill(password);
    await nora.getByRole('button', { name: 'Save and Sign In' }).click();
    await nora.waitForURL('**/web/home');
    await nora.getByRole('button', { name: 'Global Menu' }).waitFor();
    await nora.context().close();
  });

  it('an administrator is asked before an account is disabled, or gets another password', async () => {
    const page = await browser.page(portal, { person: portal.administrator });
    await addPerson(portal, 'dora@example.org', { name: 'Dora Daily' });
    await page.goto('/identity/users?q=Dora');
    await page.getByRole('link', { name: 'Dora Daily' }).click();
    const question = page.getByRole('alertdialog');
    await page.getByRole('button', { name: 'Set One-Time Password' }).click();
    await question.getByText('Give Dora Daily a new one-time password?').waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Disable Account' }).click();
    await question.getByText('Disable the account of Dora Daily?').waitFor();
    await question.getByRole('button', { name: 'Cancel' }).click();
    await question.waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Disable Account' }).click();
    await question.getByRole('button', { name: 'Disable Account' }).click();
    await page.getByRole('button', { name: 'Enable Account' }).waitFor();
    await page.context().close();
  });

  it('who looks for a member without an account is led to where one is added, when they may add one', async () => {
    const unknown = async (person: { email: string; password: string }): Promise<Page> => {
      const page = await browser.page(portal, { person });
      await page.goto('/web/home/identity/memberships');
      await page.getByLabel('Email Address').fill('nobody@example.org');
      await page.getByRole('button', { name: 'Add Member' }).click();
      await page.getByText('Nobody with this email address has an account.').waitFor();
      return page;
    };
    const manager = await unknown({ email: 'manager@example.org', password });
    expect(await manager.getByRole('link', { name: 'Add Person' }).count()).to.equal(0);
    await manager.context().close();
    const administrator = await unknown(portal.administrator);
    await administrator.getByRole('link', { name: 'Add Person' }).click();
    await administrator.waitForURL('**/identity/users/new');
    await administrator.context().close();
  });

  it('addresses that are longer than their line are broken at their signs, not inside a word', async () => {
    const email = 'maximilian.schwarzenberger@communications.department.university.example';
    const person = await addPerson(portal, email, { name: 'Maximilian Schwarzenberger' });
    const home = portal.service(SiteDirectory).byAddress('home') as Site;
    await portal.service(People).grant(person.id, 'Author', home.id);
    const page = await browser.page(portal, { person: portal.administrator });
    for (const width of [390, 1280]) {
      await page.setViewportSize({ width, height: 844 });
      for (const path of ['/identity/users', '/web/home/identity/memberships', `/identity/users/${person.id}`]) {
        await page.goto(path);
        const shown = page.locator('main').getByText(email).filter({ visible: true }).first();
        const torn = await shown.evaluate((element) => {
          const words: string[] = [];
          const range = element.ownerDocument.createRange();
          for (const node of element.childNodes) {
            range.selectNodeContents(node);
            if (range.getClientRects().length > 1) words.push(node.textContent ?? '');
          }
          return words;
        });
        expect(torn, `${path} at ${width}`).to.deep.equal([]);
        expect(await shown.textContent()).to.equal(email);
      }
    }
    await page.context().close();
  });

  it('all of it works without scripts', async () => {
    const page = await browser.page(portal, { person: portal.administrator, javaScript: false });
    await page.goto('/web/guide/identity/memberships');
    await page.getByLabel('Email Address').fill('author@example.org');
    await page.getByRole('button', { name: 'Add Member' }).click();
    await page.getByText('Arthur Author is now Author here.').waitFor();
    await page.getByRole('button', { name: 'Remove Author from Arthur Author' }).click();
    await page.getByText('Nobody has a role in this site yet').waitFor();
    await page.context().close();
  });
});
