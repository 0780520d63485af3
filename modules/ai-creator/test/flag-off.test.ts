import { Flags } from '@portico/core';
import { expect } from 'chai';
import { type CreatorPortal, startCreatorPortal, type TestClient } from './creator-portal.js';

const price = { model: 'gpt-image-2.6-flare', validFrom: '2026-01-01', currency: 'USD', inputPrice: '5', outputPrice: '40' };
const budget = { target: 'each-person', unit: 'images', period: 'day', hardLimit: '50' };

describe('the pages of administrators while the flag is off', () => {
  let creator: CreatorPortal;
  let administrator: TestClient;
  const switchTo = (on: boolean): Promise<void> => creator.portal.service(Flags).override('LPD-10793', on, 'somebody');
  const idOn = async (page: string): Promise<string> => {
    const { text } = await administrator.get(`/ai-creator/${page}`);
    return new RegExp(`/ai-creator/${page}/([\\w-]+)/remove`).exec(text)?.[1] ?? '';
  };

  before(async () => {
    creator = await startCreatorPortal();
    administrator = await creator.portal.signIn();
  });
  after(() => creator.stop());

  it('are not there, and take nothing: what was entered stays as it was', async () => {
    await creator.portal.post(administrator, '/ai-creator/prices', price);
    await creator.portal.post(administrator, '/ai-creator/budgets', budget);
    const [priceId, budgetId] = [await idOn('prices'), await idOn('budgets')];
    const sent: readonly (readonly [path: string, fields?: object])[] = [
      ['prices', { ...price, validFrom: '2026-02-01' }],
      [`prices/${priceId}/remove`],
      ['budgets', { ...budget, period: 'month' }],
      [`budgets/${budgetId}`, { ...budget, hardLimit: '1', revision: '1' }],
      [`budgets/${budgetId}/remove`],
      ['service/refresh'],
      ['service/breakers/instance/close'],
    ];
    await switchTo(false);
    for (const page of ['usage', 'usage.csv', 'prices', 'budgets', `budgets/${budgetId}`, 'service', 'errors'])
      expect((await administrator.get(`/ai-creator/${page}`)).status, page).to.equal(404);
    for (const [path, fields] of sent)
      expect((await creator.portal.post(administrator, `/ai-creator/${path}`, fields)).status, path).to.equal(404);
    await switchTo(true);
    expect([await idOn('prices'), await idOn('budgets')]).to.deep.equal([priceId, budgetId]);
    const { text } = await administrator.get('/ai-creator/prices');
    expect(text.match(/\/ai-creator\/prices\/[\w-]+\/remove/g)).to.have.length(1);
    expect((await administrator.get(`/ai-creator/budgets/${budgetId}`)).text).to.include('value="50"');
  });
});
