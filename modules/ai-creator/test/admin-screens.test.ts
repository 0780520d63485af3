import { accessibilityFaults, TestBrowser } from '@portico/core/testing';
import { expect } from 'chai';
import { startCreatorPortal } from './creator-portal.js';

const places = [
  '/ai-creator/usage',
  '/ai-creator/budgets',
  '/ai-creator/prices',
  '/ai-creator/service',
  '/ai-creator/errors',
  '/web/home/ai-creator/usage',
];

describe('the screens about money and models', () => {
  it('have no fault that axe finds, and fit a telephone', async () => {
    const creator = await startCreatorPortal();
    const browser = await TestBrowser.open();
    try {
      const administrator = await creator.portal.signIn();
      const price = {
        model: 'gpt-image-2.6-flare',
        validFrom: '2026-01-01',
        currency: 'USD',
        inputPrice: '5',
        outputPrice: '40',
      };
      await creator.portal.post(administrator, '/ai-creator/prices', price);
      const budget = { target: 'each-person', unit: 'images', period: 'day', softLimit: '1', hardLimit: '50' };
      await creator.portal.post(administrator, '/ai-creator/budgets', budget);
      await creator.portal.post(administrator, '/ai-creator/service/refresh');
      creator.sandbox.next({ name: 'slow', millis: 1 }, 'insufficient-quota');
      for (const count of ['2', '1']) {
        const { body } = await creator.create({ count });
        await creator.settled(body.id as string);
      }
      for (const width of [1280, 380]) {
        const page = await browser.page(creator.portal, { width, person: creator.portal.administrator });
        for (const place of places) {
          await page.goto(place);
          expect(await accessibilityFaults(page), `${place} at ${width}`).to.deep.equal([]);
          expect(await page.evaluate('document.documentElement.scrollWidth'), place).to.equal(width);
        }
        await page.context().close();
      }
      expect(browser.complaints).to.deep.equal([]);
    } finally {
      await browser.close();
      await creator.stop();
    }
  }).timeout(90_000);
});
