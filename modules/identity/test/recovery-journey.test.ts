import { accessibilityFaults, startTestPortal, TestBrowser, type TestPortal } from '@portico/core/testing';
import { TestMailServer } from '@portico/mail/testing';
import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { addPerson, password } from './support.js';

const another = 'a foghorn before dawn';

describe('Mail, in a browser', () => {
  let server: TestMailServer;
  let portal: TestPortal;
  let browser: TestBrowser;

  before(async () => {
    server = await TestMailServer.start();
    portal = await startTestPortal({ environment: server.environment, config: { modules: { mail: server.config } } });
    browser = await TestBrowser.open();
    await addPerson(portal, 'fay@example.org', { name: 'Fay Forgot' });
  });
  after(async () => {
    await browser?.close();
    await portal?.stop();
    await server?.stop();
    expect(browser.complaints).to.deep.equal([]);
  });

  const focused = (page: Page): Promise<string> =>
    page.evaluate('document.activeElement.labels?.[0]?.textContent.trim() || document.activeElement.textContent.trim()');
  /** Tab until the focus is there, as who sees no mouse would. */
  const tabTo = async (page: Page, name: string): Promise<void> => {
    for (let count = 0; count < 30; count += 1) {
      await page.keyboard.press('Tab');
      if ((await focused(page)).startsWith(name)) return;
    }
    throw new Error(`${name} is not reached by Tab.`);
  };
  const type = async (page: Page, name: string, text: string): Promise<void> => {
    await tabTo(page, name);
    await page.keyboard.type(text);
  };

  for (const width of [1280, 390]) {
    it(`somebody who forgot the password gets in again by keyboard, at ${width} pixels`, async () => {
      const page = await browser.page(portal, { width, height: 844 });
      await page.goto('/sign-in');
      await tabTo(page, 'Forgot Password');
      await page.keyboard.press('Enter');
      await page.getByRole('heading', { name: 'Forgot Password' }).waitFor();
      expect(await accessibilityFaults(page)).to.deep.equal([]);
      await type(page, 'Email Address', 'fay@example.org');
      await page.keyboard.press('Enter');
      await page.getByText('If there is an account with this address, a mail is on its way to it.').waitFor();
      expect(await accessibilityFaults(page)).to.deep.equal([]);
      await page.goto((await server.next('fay@example.org')).link);
      await page.getByRole('heading', { name: 'Choose a New Password' }).waitFor();
      expect(await accessibilityFaults(page)).to.deep.equal([]);
      const chosen = `${another} ${width}`;
      await type(page, 'New Password', chosen);
      await type(page, 'Repeat New Password', chosen);
      await page.keyboard.press('Enter');
      await page.getByText('Your password is saved. Sign in with it.').waitFor();
      await server.next('fay@example.org');
      await type(page, 'Email Address', 'fay@example.org');
      await type(page, 'Password', chosen);
      await page.keyboard.press('Enter');
      await page.waitForURL('**/my-sites');
      await page.context().close();
      server.received.length = 0;
    });
  }

  it('an administrator sets the server up, tests it, invites somebody, and that person signs in for the first time', async () => {
    const page = await browser.page(portal, { person: portal.administrator });
    await page.goto('/configuration/instance-settings/mail');
    await page.getByLabel('Host').fill('127.0.0.1');
    await page.getByRole('button', { name: 'Test Connection' }).click();
    await page.getByText('The certificate of the server is made out to another name than 127.0.0.1.').waitFor();
    await page.getByLabel('Host').fill('localhost');
    await page.getByRole('button', { name: 'Test Connection' }).click();
    await page.getByText('The server can be used.').waitFor();
    expect(await accessibilityFaults(page)).to.deep.equal([]);
    await page.getByLabel('Sender Address').fill('harbour@example.org');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Mail was saved and is in force.').waitFor();
    await page.goto('/identity/users/new');
    await page.getByLabel('Name').fill('Ines Invited');
    await page.getByLabel('Email Address').fill('ines@example.org');
    await page.getByRole('button', { name: 'Add', exact: true }).click();
    await page.getByText('An invitation is on its way to ines@example.org.').waitFor();
    await page.getByRole('button', { name: 'Send Invitation Again' }).waitFor();
    expect(await accessibilityFaults(page)).to.deep.equal([]);
    await page.goto('/mail');
    await page.getByText('Nothing waits, and nothing has failed').waitFor();
    expect(await accessibilityFaults(page)).to.deep.equal([]);
    await page.context().close();

    const ines = await browser.page(portal, { width: 390, height: 844 });
    await ines.goto((await server.next('ines@example.org')).link);
    await ines.getByRole('heading', { name: 'Welcome' }).waitFor();
    await ines.getByLabel('New Password', { exact: true }).fill(password);
    await ines.getByLabel('Repeat New Password').fill(password);
    await ines.getByRole('button', { name: 'Save Password' }).click();
    await ines.getByLabel('Email Address').fill('ines@example.org');
    await ines.getByLabel('Password').fill(password);
    await ines.getByRole('button', { name: 'Sign In' }).click();
    await ines.waitForURL('**/my-sites');
    await ines.goto('/account/email');
    expect(await accessibilityFaults(ines)).to.deep.equal([]);
    await ines.context().close();
  });
});
