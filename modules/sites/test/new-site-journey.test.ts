import { startTestPortal, TestBrowser, type TestPortal } from '@portico/core/testing';
import { expect } from 'chai';
import type { Page } from 'playwright-core';

describe('A new site', () => {
  let portal: TestPortal;
  let browser: TestBrowser;
  let page: Page;

  before(async () => {
    portal = await startTestPortal();
    browser = await TestBrowser.open();
    page = await browser.page(portal, { person: portal.administrator });
  });
  beforeEach(() => page.goto('/sites/new'));

  after(async () => {
    await browser?.close();
    await portal?.stop();
    expect(browser.complaints).to.deep.equal([]);
  });

  const name = () => page.getByLabel('Name');
  const address = () => page.getByLabel('Friendly Address');

  it('gets an address from its name, and whoever made it is there afterwards', async () => {
    await name().pressSequentially('  The Guide to Åland & Straße 7! ');
    expect(await address().inputValue()).to.equal('the-guide-to-aland-strasse-7');
    await page.getByRole('button', { name: 'Add', exact: true }).click();
    await page.waitForURL('**/web/the-guide-to-aland-strasse-7');
    await page.getByText('The site The Guide to Åland & Straße 7! is there.').waitFor();
  });

  it('keeps an address that somebody typed, until it is taken away again', async () => {
    await address().fill('guide');
    await name().fill('Another Name');
    expect(await address().inputValue()).to.equal('guide');
    await address().fill('');
    await name().fill('A Third Name');
    expect(await address().inputValue()).to.equal('a-third-name');
    await name().fill('x'.repeat(80));
    expect(await address().inputValue()).to.equal('x'.repeat(60));
    await name().fill('日本');
    expect(await address().inputValue()).to.equal('');
  });
});
