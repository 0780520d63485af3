import { accessibilityFaults, startTestPortal, TestBrowser, type TestPortal } from '@portico/core/testing';
import { expect } from 'chai';
import supertest from 'supertest';

describe('A person who makes an API token in a browser', () => {
  let portal: TestPortal;
  let browser: TestBrowser;
  before(async () => {
    portal = await startTestPortal();
    browser = await TestBrowser.open();
  });
  after(async () => {
    await browser.close();
    await portal.stop();
  });
  afterEach(() => {
    expect(browser.complaints.splice(0)).to.deep.equal([]);
  });

  for (const javaScript of [true, false]) {
    it(`sees it once, uses it, and revokes it${javaScript ? '' : ', without scripts'}`, async () => {
      const page = await browser.page(portal, { person: portal.administrator, javaScript });
      await page.goto('/account');
      await page.getByRole('link', { name: 'Manage API Tokens' }).click();
      await page.getByRole('textbox', { name: 'Name' }).fill('Deployments');
      await page.getByLabel('Manage feature flags').check();
      await page.getByRole('button', { name: 'Create token' }).click();
      const token = await page.getByLabel('Copy it now; it is not shown again.').inputValue();
      for (const width of [1280, 380]) {
        await page.setViewportSize({ width, height: 800 });
        if (javaScript) expect(await accessibilityFaults(page)).to.deep.equal([]);
        const overflow = await page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth');
        expect(overflow, `wider than ${width} pixels by`).to.equal(0);
      }
      const ask = (): supertest.Test => supertest(portal.url).get('/api/flags').set('Authorization', `Bearer ${token}`);
      expect((await ask()).status).to.equal(200);
      await page.goto('/account/tokens');
      expect(await page.content()).not.to.include(token);
      await page.getByText('Last used').waitFor();
      await page.getByRole('button', { name: 'Revoke Deployments' }).click();
      await page.getByText('The token is revoked; it is refused from now on.').waitFor();
      expect((await ask()).status).to.equal(401);
      await page.context().close();
    });
  }
});
