import { createImagesSandbox, type ImagesSandbox } from '@portico/ai-sandbox/api';
import { TestBrowser } from '@portico/core/testing';
import { expect } from 'chai';
import { type CreatorPortal, startCreatorPortal } from './creator-portal.js';

const page = '/configuration/instance-settings/ai-creator';
const typedKey = 'sk-canary-page-9876543210-qrst';

describe('Test Connection in a browser', () => {
  let creator: CreatorPortal;
  let sandbox: ImagesSandbox;
  let browser: TestBrowser;

  before(async () => {
    sandbox = await createImagesSandbox({ keys: 'any' });
    creator = await startCreatorPortal({ sandbox });
    browser = await TestBrowser.open();
  });
  after(async () => {
    await browser.close();
    await creator.stop();
    await sandbox.close();
  });

  it('shows the answer beside the button and leaves the form, and the typed key in it, as they are', async () => {
    const form = await browser.page(creator.portal, { person: creator.portal.administrator });
    await form.goto(page);
    const key = form.getByLabel('API Key', { exact: true });
    await key.fill(typedKey);
    await form.getByLabel('Model', { exact: true }).fill('gpt-image-2');
    await form.getByRole('button', { name: 'Test Connection' }).click();
    await form.getByText('The connection works.').waitFor();
    expect(await key.inputValue()).to.equal(typedKey);
    expect(await form.getByRole('status').filter({ hasText: 'Typed into this form' }).count()).to.equal(1);
    expect(await form.getByText('gpt-image-2 is there').count()).to.equal(1);
    await form.getByRole('button', { name: 'Save' }).click();
    await form.getByText('Ends in qrst').waitFor();
    expect(new URL(form.url()).search).to.equal('');
    expect(browser.complaints).to.deep.equal([]);
  });

  it('works as a plain form, without scripts', async () => {
    const form = await browser.page(creator.portal, { person: creator.portal.administrator, javaScript: false });
    await form.goto(page);
    await form.getByLabel('Deadline', { exact: true }).fill('99');
    await form.getByRole('button', { name: 'Test Connection' }).click();
    await form.getByText('The connection works.').waitFor();
    expect(await form.getByLabel('Deadline', { exact: true }).inputValue()).to.equal('99');
  });
});
