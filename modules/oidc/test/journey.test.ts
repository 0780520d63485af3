import { createServer } from 'node:http';
import { accessibilityFaults, startTestPortal, TestBrowser, type TestPortal } from '@portico/core/testing';
import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { clientId, clientSecret, closed, listen, providerId, startProvider, type TestProvider } from './support.js';

describe('OpenID Connect, in a browser', () => {
  let portal: TestPortal;
  let provider: TestProvider;
  let browser: TestBrowser;

  before(async () => {
    portal = await startTestPortal();
    provider = await startProvider(portal.url);
    provider.people.set('ada', { email: 'ada@example.org', email_verified: true, name: 'Ada Lovelace' });
    provider.people.set('root', { email: 'root@elsewhere.example', email_verified: false, name: 'Root' });
    browser = await TestBrowser.open();
  });
  after(async () => {
    await browser?.close();
    await portal?.stop();
    await provider?.stop();
    expect(browser.complaints).to.deep.equal([]);
  });

  const open = async (options: Parameters<TestBrowser['page']>[1]): Promise<Page> => {
    const page = await browser.page(portal, options);
    // The provider's own page would fetch letters from far away.
    await page.context().route('https://fonts.googleapis.com/**', (route) => route.abort());
    return page;
  };
  const focused = (page: Page): Promise<string> =>
    page.evaluate(
      "document.activeElement.getAttribute('aria-label') || document.activeElement.labels?.[0]?.textContent.trim() || document.activeElement.textContent.trim()",
    );
  /** Tab until the focus is there, as who sees no mouse would. */
  const tabTo = async (page: Page, name: string): Promise<void> => {
    for (let count = 0; count < 80; count += 1) {
      await page.keyboard.press('Tab');
      if ((await focused(page)).startsWith(name)) return;
    }
    throw new Error(`${name} is not reached by Tab.`);
  };
  const press = async (page: Page, name: string): Promise<void> => {
    await tabTo(page, name);
    await page.keyboard.press('Enter');
  };
  const type = async (page: Page, name: string, text: string): Promise<void> => {
    await tabTo(page, name);
    await page.keyboard.press('ControlOrMeta+a');
    await page.keyboard.type(text);
  };
  /** Signs in at the provider and lets it tell the portal. */
  const authenticate = async (page: Page, sub: string): Promise<void> => {
    await page.locator('input[name=login]').press('ControlOrMeta+a');
    await page.keyboard.type(sub);
    await page.keyboard.press('Tab');
    await page.keyboard.type('any');
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Continue' }).press('Enter');
  };

  it('an administrator adds a provider by keyboard, after a look at whether it answers', async () => {
    const page = await open({ person: portal.administrator });
    await page.goto('/configuration/instance-settings');
    await press(page, 'OpenID Connect');
    await page.getByText('There is no provider yet').waitFor();
    expect(await accessibilityFaults(page)).to.deep.equal([]);
    await press(page, 'Add Provider');
    await page.getByLabel('Redirect URI', { exact: true }).waitFor();
    // The real provider was told the addresses before: the form takes the id that they were made with.
    await page.locator('input[name=id]').evaluate((input, id) => input.setAttribute('value', id), providerId);
    await type(page, 'Name', 'Example Org');
    const gone = createServer();
    await type(page, 'Issuer', await listen(gone));
    await closed(gone);
    await type(page, 'Client ID', clientId);
    await type(page, 'Client Secret', clientSecret);
    await press(page, 'Test Connection');
    await page.getByText('Nothing listens at this address.').waitFor();
    await type(page, 'Issuer', provider.issuer);
    await press(page, 'Test Connection');
    await page.getByText(`The provider answers, and calls itself ${provider.issuer}.`).waitFor();
    expect(await accessibilityFaults(page)).to.deep.equal([]);
    await type(page, 'Client Secret', clientSecret);
    await tabTo(page, 'Add people who have no account here');
    await page.keyboard.press('Space');
    await press(page, 'Save');
    await page.getByText('Example Org is added.').waitFor();
    await page.setViewportSize({ width: 390, height: 844 });
    await press(page, 'Example Org');
    await page.getByRole('button', { name: 'Remove Provider' }).waitFor();
    expect(await accessibilityFaults(page)).to.deep.equal([]);
    expect(await page.evaluate('document.documentElement.scrollWidth')).to.equal(390);
    await page.context().close();
  });

  for (const width of [1280, 390]) {
    it(`somebody signs in with it by keyboard and signs out of both, at ${width} pixels`, async () => {
      const page = await open({ width, height: 844 });
      await page.goto('/account');
      await page.getByRole('button', { name: 'Sign in with Example Org' }).waitFor();
      expect(await accessibilityFaults(page)).to.deep.equal([]);
      await press(page, 'Sign in with Example Org');
      await authenticate(page, 'ada');
      await page.waitForURL('**/account');
      await page.getByRole('heading', { name: 'Connected Accounts' }).waitFor();
      await page.getByRole('button', { name: 'Disconnect Example Org' }).waitFor();
      expect(await accessibilityFaults(page)).to.deep.equal([]);
      await page.getByRole('button', { name: /Ada Lovelace/ }).press('Enter');
      await page.getByRole('menuitem', { name: 'Sign Out' }).press('Enter');
      await page.getByRole('button', { name: 'Yes, sign me out' }).press('Enter');
      await page.waitForURL('**/sign-in');
      await page.goto('/account');
      await page.getByRole('button', { name: 'Sign in with Example Org' }).waitFor();
      await page.context().close();
    });
  }

  it('somebody who does not agree at the provider reads what happened, and connects an account from My Account', async () => {
    const page = await open({ width: 390, height: 844 });
    await page.goto('/sign-in');
    await press(page, 'Sign in with Example Org');
    await page.getByRole('link', { name: /Cancel/ }).press('Enter');
    await page.getByText('You did not sign in at Example Org.').waitFor();
    expect(await accessibilityFaults(page)).to.deep.equal([]);
    await press(page, 'Sign In Another Way');
    await page.getByRole('heading', { name: 'Sign In' }).waitFor();
    await type(page, 'Email Address', portal.administrator.email);
    await type(page, 'Password', portal.administrator.password);
    await page.keyboard.press('Enter');
    await page.waitForURL('**/web/**');
    await page.goto('/account');
    await press(page, 'Connect Example Org');
    await authenticate(page, 'root');
    await page.getByText('Your account of Example Org is connected.').waitFor();
    await page.getByText('root@elsewhere.example').waitFor();
    await page.getByRole('button', { name: 'Disconnect Example Org' }).press('Enter');
    await page.getByRole('alertdialog').getByRole('button', { name: 'Disconnect' }).press('Enter');
    await page.getByText('The account is disconnected.').waitFor();
    await page.context().close();
  });
});
