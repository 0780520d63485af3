import { accessibilityFaults, TestBrowser } from '@portico/core/testing';
import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { author, type CreatorPortal, newKey, startCreatorPortal } from './creator-portal.js';

const folder = '/web/home/documents-media';

describe('a dialog after the session has ended', () => {
  let creator: CreatorPortal;
  let browser: TestBrowser;
  before(async () => {
    creator = await startCreatorPortal();
    browser = await TestBrowser.open();
  });
  after(async () => {
    await browser.close();
    await creator.stop();
  });

  const open = async (page: Page): Promise<void> => {
    await page.getByRole('button', { name: 'New', exact: true }).click();
    await page.getByRole('menuitem', { name: 'Create AI Image' }).click();
  };
  const signInAgain = async (page: Page, place = folder): Promise<void> => {
    await page.getByLabel('Email Address').fill(author.email);
    await page.getByLabel('Password').fill(author.password);
    await page.getByRole('button', { name: 'Sign In' }).click();
    await page.waitForURL(`${creator.portal.url}${place}`);
  };

  it('leads to sign in and back when it cannot be opened', async () => {
    const page = await browser.page(creator.portal, { person: author });
    await page.goto(folder);
    await page.context().clearCookies();
    await open(page);
    const dialog = page.getByRole('dialog');
    await dialog.getByText('Sign in to do this.').waitFor();
    const link = dialog.getByRole('link', { name: 'Sign In' });
    expect(await link.evaluate((element) => element === element.ownerDocument.activeElement), 'where the keyboard is').to.equal(
      true,
    );
    expect(await accessibilityFaults(page)).to.deep.equal([]);
    await link.press('Enter');
    await signInAgain(page);
    await page.context().close();
  }).timeout(60_000);

  it('leads to sign in and back when Create is refused, and has the words there again', async () => {
    const page = await browser.page(creator.portal, { person: author });
    await page.goto(folder);
    await open(page);
    await page.getByLabel('Description').fill('too late');
    await page.context().clearCookies();
    await page.getByRole('button', { name: 'Create', exact: true }).click();
    await page.getByRole('alert').filter({ hasText: 'Sign in' }).getByRole('link', { name: 'Sign In' }).click();
    await signInAgain(page);
    await open(page);
    expect(await page.getByLabel('Description').inputValue(), 'what was typed').to.equal('too late');
    await page.getByRole('button', { name: 'Cancel', exact: true }).click();
    await page.getByRole('button', { name: 'Close without Saving' }).click();
    await open(page);
    expect(await page.getByLabel('Description').inputValue(), 'once').to.equal('');
    await page.context().close();
  }).timeout(60_000);

  it('leads to sign in when what is being made cannot be cancelled any more', async () => {
    creator.sandbox.next({ name: 'slow', millis: 20_000 });
    const page = await browser.page(creator.portal, { person: author });
    await page.goto(folder);
    await open(page);
    await page.getByLabel('Description').fill('nobody is there');
    await page.getByRole('button', { name: 'Create', exact: true }).click();
    await page.locator('[data-status]', { hasText: 'Being made' }).waitFor();
    await page.context().clearCookies();
    await page.getByRole('button', { name: 'Cancel', exact: true }).click();
    await page.getByRole('alert').filter({ hasText: 'Sign in' }).getByRole('link', { name: 'Sign In' }).click();
    await signInAgain(page);
    await page.context().close();
  }).timeout(60_000);

  it('leads to sign in when what came cannot be shown any more', async () => {
    creator.sandbox.next({ name: 'slow', millis: 3000 });
    const page = await browser.page(creator.portal, { person: author });
    await page.goto(folder);
    await open(page);
    await page.getByLabel('Description').fill('nobody sees it');
    await page.getByRole('button', { name: 'Create', exact: true }).click();
    await page.locator('[data-status]', { hasText: 'Being made' }).waitFor();
    await page.context().clearCookies();
    await page.getByRole('alert').filter({ hasText: 'Sign in' }).getByRole('link', { name: 'Sign In' }).click();
    await signInAgain(page);
    await page.context().close();
  }).timeout(60_000);

  it('is a page with the same link for a form of My recent generations', async () => {
    const recent = '/web/home/ai-creator/generations';
    await creator.settled((await creator.create({ description: 'let go of' })).body.id as string);
    const page = await browser.page(creator.portal, { person: author });
    await page.goto(recent);
    await page.context().clearCookies();
    await page.getByRole('button', { name: 'Discard: let go of' }).click();
    await page.getByRole('alertdialog').getByRole('button', { name: 'Discard' }).click();
    await page.getByRole('heading', { name: 'You are not signed in' }).waitFor();
    await page.getByRole('main').getByRole('link', { name: 'Sign In' }).click();
    await signInAgain(page, recent);
    await page.getByRole('button', { name: 'Discard: let go of' }).waitFor();
    await page.context().close();
  }).timeout(60_000);

  it('is a page with the same link without scripts', async () => {
    const answer = await fetch(`${creator.portal.url}/web/home/ai-creator/generations`, {
      method: 'POST',
      redirect: 'manual',
      headers: {
        Origin: creator.portal.url,
        Referer: `${creator.portal.url}/web/home/ai-creator/create?folder=1`,
        Accept: 'text/html',
        'Content-Type': 'application/x-www-form-urlencoded',
      },
      body: new URLSearchParams({ idempotencyKey: newKey(), description: 'x', size: '512x512', count: '1' }),
    });
    expect(answer.status).to.equal(401);
    expect(await answer.text()).to.contain('href="/sign-in?next&#x3D;%2Fweb%2Fhome%2Fai-creator%2Fcreate%3Ffolder%3D1"');
  });
});
