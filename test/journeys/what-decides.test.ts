import { readFile, writeFile } from 'node:fs/promises';
import { TestBrowser } from '@portico/core/testing';
import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { author, flag, type ImagePortal, must, startImagePortal } from './image-portal.js';

describe('What decides whether Create AI Image is there', () => {
  let started: ImagePortal;
  let browser: TestBrowser;
  let page: Page;

  before(async () => {
    started = await startImagePortal();
    browser = await TestBrowser.open();
    page = await browser.page(started.portal, { person: author });
  });
  after(async () => {
    await browser.close();
    await started.stop();
  });

  /** The entries of the New menu, as the author sees them. */
  async function newMenu(): Promise<readonly string[]> {
    await page.goto('/web/home/documents-media');
    await page.getByRole('button', { name: 'New', exact: true }).click();
    await page.getByRole('menuitem', { name: 'File Upload', exact: true }).waitFor();
    return (await page.getByRole('menuitem').allInnerTexts()).map((text) => text.trim());
  }

  async function statusOf(path: string): Promise<number> {
    return (await page.request.get(path)).status();
  }

  it('is there when all agree', async () => {
    expect(await newMenu()).to.include('Create AI Image');
  });

  it('goes with the release flag, without a restart, and its routes and settings pages with it', async () => {
    const content = JSON.parse(await readFile(started.portal.flagsFile, 'utf8'));
    content.flags[flag].enabled = false;
    await writeFile(started.portal.flagsFile, JSON.stringify(content));
    await until(async () => !(await newMenu()).includes('Create AI Image'));
    expect(await statusOf('/web/home/ai-creator/create')).to.be.oneOf([403, 404]);
    const administrator = await started.portal.signIn();
    expect((await administrator.get('/configuration/instance-settings/ai-creator')).status).to.equal(404);
    expect((await administrator.get('/web/home/configuration/site-settings/ai-creator')).status).to.equal(404);
    content.flags[flag].enabled = true;
    await writeFile(started.portal.flagsFile, JSON.stringify(content));
    await until(async () => (await newMenu()).includes('Create AI Image'));
    expect((await administrator.get('/configuration/instance-settings/ai-creator')).status).to.equal(200);
  });

  it('goes with the checkbox of the instance, which an administrator clears in Instance Settings', async () => {
    const admin = await browser.page(started.portal, { person: started.portal.administrator });
    await admin.getByRole('button', { name: 'Global Menu' }).click();
    await admin.getByRole('tab', { name: 'Control Panel' }).waitFor();
    await admin.getByRole('link', { name: 'Instance Settings' }).click();
    await admin.getByRole('link', { name: 'Content and Data' }).click();
    await admin.getByRole('link', { name: 'AI Creator' }).first().click();
    await admin.getByLabel('Enable DALL-E to Create Images').uncheck();
    await admin.getByRole('button', { name: 'Save' }).click();
    await admin.getByRole('status').first().waitFor();
    expect(await newMenu()).not.to.include('Create AI Image');
    await admin.getByLabel('Enable DALL-E to Create Images').check();
    await admin.getByRole('button', { name: 'Save' }).click();
    await admin.getByRole('status').first().waitFor();
    expect(await newMenu()).to.include('Create AI Image');
    await admin.context().close();
  });

  it('goes with the site that switched it off, and only there', async () => {
    await must(started.portal, ['settings', 'set', 'ai-creator.enabled', 'false', '--site', 'home']);
    expect(await newMenu()).not.to.include('Create AI Image');
    await must(started.portal, ['settings', 'unset', 'ai-creator.enabled', '--site', 'home']);
    expect(await newMenu()).to.include('Create AI Image');
  });

  it('a site cannot switch on what the instance switched off', async () => {
    await must(started.portal, ['settings', 'set', 'ai-creator.enabled', 'false']);
    await must(started.portal, ['settings', 'set', 'ai-creator.enabled', 'true', '--site', 'home']);
    expect(await newMenu()).not.to.include('Create AI Image');
    await must(started.portal, ['settings', 'set', 'ai-creator.enabled', 'true']);
    await must(started.portal, ['settings', 'unset', 'ai-creator.enabled', '--site', 'home']);
  });

  it('goes with the module, whose pages then say that they come back', async () => {
    await started.portal.modules.stop('ai-creator');
    expect(await newMenu()).not.to.include('Create AI Image');
    const answer = await page.request.get('/web/home/ai-creator/create');
    expect(answer.status()).to.equal(503);
    expect(answer.headers()['retry-after']).to.match(/^\d+$/);
    await started.portal.modules.start('ai-creator');
    expect(await newMenu()).to.include('Create AI Image');
  });

  it('stays when only the key is missing, and then says what is missing', async () => {
    await must(started.portal, ['settings', 'unset', 'ai-creator.apiKey']);
    expect(await newMenu()).to.include('Create AI Image');
    await page.getByRole('menuitem', { name: 'Create AI Image' }).click();
    const dialog = page.getByRole('dialog', { name: 'Create AI Image' });
    await dialog.getByText('An API key is missing').waitFor();
    expect(await dialog.getByRole('link', { name: 'Open AI Creator settings' }).count()).to.equal(0);

    const admin = await browser.page(started.portal, { person: started.portal.administrator });
    await admin.goto('/web/home/ai-creator/create');
    await admin.getByRole('link', { name: 'Open AI Creator settings' }).waitFor();
    await admin.context().close();
  });

  it('is explained step by step', async () => {
    const answer = await must(started.portal, ['why-no-button', '--site', 'home', '--person', author.email]);
    expect(answer).to.match(/key/i);
  });
});

/** Asks again for a while: a watched file is noticed soon, not at once. */
async function until(holds: () => Promise<boolean>): Promise<void> {
  for (let attempt = 0; attempt < 40; attempt += 1) {
    if (await holds()) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error('It did not happen.');
}
