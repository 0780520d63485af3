import { AuditLog } from '@portico/core';
import { accessibilityFaults, TestBrowser } from '@portico/core/testing';
import { People } from '@portico/identity/api';
import { expect } from 'chai';
import type { Response } from 'supertest';
import { type CreatorPortal, startCreatorPortal, type TestClient } from './creator-portal.js';

const second = { email: 'bea@portico.example', name: 'Bea Administrator', password: 'another long password' };
const first = { target: 'each-person', subject: '', unit: 'images', period: 'day', softLimit: '5', hardLimit: '10' };

describe('changing a budget', () => {
  let creator: CreatorPortal;
  let administrator: TestClient;
  let id: string;
  beforeEach(async () => {
    creator = await startCreatorPortal();
    administrator = await creator.portal.signIn();
    await creator.portal.post(administrator, '/ai-creator/budgets', first);
    id = (await changes())[0]?.attribute ?? '';
  });
  afterEach(() => creator.stop());

  const changes = async () => (await creator.portal.service(AuditLog).list({ area: 'ai-usage', subject: 'budget' })).records;
  const post = async (fields: object, as = administrator): Promise<Response> =>
    as
      .post(`/ai-creator/budgets/${id}`)
      .set('Origin', creator.portal.url)
      .set('X-Portico-Csrf', await creator.portal.csrf(as))
      .set('Accept', 'text/html')
      .type('form')
      .send({ ...first, ...fields });
  const page = async (): Promise<string> =>
    (await administrator.get(`/ai-creator/budgets/${id}`).set('Accept', 'text/html')).text;

  it('counts from then on, and is kept with both values in the audit log and on its page', async () => {
    expect((await post({ revision: '1', softLimit: '', hardLimit: '0' })).status).to.equal(303);
    expect((await creator.create()).status).to.equal(429);
    const [change] = await changes();
    expect(change).to.deep.include({
      action: 'changed',
      attribute: id,
      via: 'screen',
      before: { target: 'each-person', subject: null, unit: 'images', period: 'day', softLimit: 5, hardLimit: 10 },
      after: { target: 'each-person', subject: null, unit: 'images', period: 'day', softLimit: null, hardLimit: 0 },
    });
    expect(await page())
      .to.contain('Warn beyond: 5 → –')
      .and.to.contain('Refuse beyond: 10 → 0')
      .and.to.not.contain('For: Each person →');
  });

  it('says to the second of two administrators what the first one saved, and keeps what was typed', async () => {
    const { id: bea } = await creator.portal.service(People).add(second);
    await creator.portal.service(People).grant(bea, 'Administrator');
    const other = await creator.portal.signIn(second);
    expect((await post({ revision: '1', hardLimit: '20' }, other)).status).to.equal(303);
    const late = await post({ revision: '1', hardLimit: '30' });
    expect(late.status).to.equal(409);
    expect(late.text)
      .to.contain('Bea Administrator changed this budget while you were at it')
      .and.to.match(/<dt>Refuse beyond<\/dt><dd>20<\/dd>/)
      .and.to.match(/name="hardLimit" value="30"/)
      .and.to.contain('name="revision" value="2"');
    expect((await changes()).map(({ action }) => action)).to.deep.equal(['changed', 'added']);
    expect((await post({ revision: '2', hardLimit: '30' })).status, 'knowing both').to.equal(303);
    const json = await administrator
      .post(`/ai-creator/budgets/${id}`)
      .set({ Origin: creator.portal.url, 'X-Portico-Csrf': await creator.portal.csrf(administrator), Accept: 'application/json' })
      .type('form')
      .send({ ...first, revision: '1' });
    expect([json.status, json.body.error.code]).to.deep.equal([409, 'budget-conflict']);
  });

  it('takes exactly one of two changes that arrive at the same time', async () => {
    const answers = await Promise.all(['7', '8', '9'].map((hardLimit) => post({ revision: '1', hardLimit })));
    expect(answers.map(({ status }) => status).sort()).to.deep.equal([303, 409, 409]);
    expect(await changes()).to.have.length(2);
  });

  it('keeps what was typed beside what is wrong with it, and is for administrators alone', async () => {
    const wrong = await post({ revision: '1', softLimit: '50' });
    expect(wrong.status).to.equal(400);
    expect(wrong.text).to.contain('The warning comes before the refusal').and.to.contain('value="50"');
    expect((await post({ revision: '1' }, creator.visitor)).status).to.equal(403);
    expect((await creator.visitor.get(`/ai-creator/budgets/${id}`).set('Accept', 'text/html')).status).to.equal(404);
    await creator.portal.post(administrator, `/ai-creator/budgets/${id}/remove`);
    expect((await post({ revision: '1' })).status, 'of what is gone').to.equal(404);
  });

  it('survives a restart of the module', async () => {
    await post({ revision: '1', hardLimit: '12' });
    await creator.portal.modules.stop('ai-usage');
    await creator.portal.modules.start('ai-usage');
    expect(await page())
      .to.contain('name="revision" value="2"')
      .and.to.match(/name="hardLimit" value="12"/);
  });

  it('works by keyboard, and has no fault that axe finds', async () => {
    const browser = await TestBrowser.open();
    try {
      for (const width of [1280, 380]) {
        const screen = await browser.page(creator.portal, { width, person: creator.portal.administrator });
        await screen.goto('/ai-creator/budgets');
        await screen.getByRole('link', { name: 'Change: Each person, images per day' }).press('Enter');
        const limit = screen.getByLabel('Refuse beyond');
        await limit.fill(String(width));
        expect(await accessibilityFaults(screen)).to.deep.equal([]);
        expect(await screen.evaluate('document.documentElement.scrollWidth')).to.equal(width);
        await limit.press('Enter');
        await screen.getByText('The budget was changed').waitFor();
        await screen.context().close();
      }
      expect(browser.complaints).to.deep.equal([]);
    } finally {
      await browser.close();
    }
    expect((await changes()).slice(0, 2).map(({ after }) => (after as { hardLimit: number }).hardLimit)).to.deep.equal([
      380, 1280,
    ]);
  }).timeout(60_000);
});
