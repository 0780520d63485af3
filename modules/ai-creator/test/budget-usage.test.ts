import { accessibilityFaults, TestBrowser } from '@portico/core/testing';
import { expect } from 'chai';
import { author, type CreatorPortal, startCreatorPortal, type TestClient } from './creator-portal.js';

const day = { subject: '', unit: 'images', period: 'day', softLimit: '', hardLimit: '10' };

describe('the list of budgets', () => {
  let creator: CreatorPortal;
  let administrator: TestClient;
  beforeEach(async () => {
    creator = await startCreatorPortal();
    administrator = await creator.portal.signIn();
  });
  afterEach(() => creator.stop());

  const add = async (fields: object): Promise<unknown> =>
    creator.portal.post(administrator, '/ai-creator/budgets', { ...day, ...fields });
  const make = async (count: string, as?: TestClient): Promise<void> => {
    const { body } = await creator.create({ count }, as);
    await creator.settled(body.id as string, as);
  };
  const used = async (): Promise<readonly string[][]> => {
    const { text } = await administrator.get('/ai-creator/budgets').set('Accept', 'text/html');
    const rows = text.matchAll(/scope="row">([^<]*)<\/th><td[^>]*>([^<]*)<\/td><td[^>]*>([^<]*)<\/td>/g);
    return [...rows].map(([, target = '', unit = '', use = '']) => [target, unit, use]);
  };

  it('says how much of each is used now, and who used the most where each is counted', async () => {
    await creator.portal.post(administrator, '/ai-creator/budgets/starting-budget/remove');
    await add({ target: 'instance' });
    await add({ target: 'site', subject: 'home', unit: 'requests', softLimit: '8', hardLimit: '' });
    await add({ target: 'person', subject: author.email });
    await add({ target: 'role', subject: 'Author', period: 'month' });
    await add({ target: 'each-person' });
    await add({ target: 'each-of-role', subject: 'Author' });
    await add({ target: 'each-site' });
    await add({ target: 'instance', unit: 'running', hardLimit: '4' });
    expect((await used()).map(([, , use]) => use)).to.deep.equal([
      '0 of 10',
      '0 of 8',
      '0 of 10',
      '0 of 10',
      '–',
      '–',
      '–',
      '0 of 4',
    ]);
    await make('2');
    await make('3', administrator);
    expect(await used()).to.deep.equal([
      ['Everybody together', 'images per day', '5 of 10'],
      ['The site Home', 'requests per day', '2 of 8'],
      [author.name, 'images per day', '2 of 10'],
      ['All people with the role Author together', 'images per month', '2 of 10'],
      ['Each person', 'images per day', 'Most: Administrator, 3 of 10'],
      ['Each person with the role Author', 'images per day', `Most: ${author.name}, 2 of 10`],
      ['Each site', 'images per day', 'Most: Home, 5 of 10'],
      ['Everybody together', 'requests at the same time', '0 of 4'],
    ]);
  });

  it('counts costs as amounts, and is shown without a fault that axe finds', async () => {
    await creator.portal.command(['prices', 'set', '--model', 'gpt-image-2.6-flare', '--image', '0.25', '--from', '2026-01-01']);
    await add({ target: 'instance', unit: 'cost', hardLimit: '12.5' });
    await add({ target: 'each-person' });
    await make('2');
    expect((await used())[0]?.[2]).to.equal('0.50 of 12.50');
    const browser = await TestBrowser.open();
    try {
      for (const width of [1280, 380]) {
        const screen = await browser.page(creator.portal, { width, person: creator.portal.administrator });
        await screen.goto('/ai-creator/budgets');
        await screen.getByText('0.50 of 12.50').waitFor();
        expect(await accessibilityFaults(screen)).to.deep.equal([]);
        const box = await screen.getByText('0.50 of 12.50').boundingBox();
        expect((box?.x ?? width) + (box?.width ?? width), `at ${width}`).to.be.at.most(width);
        const region = screen.getByRole('region', { name: 'Budgets in force' });
        const [scrolls, shown] = await region.evaluate(({ scrollWidth, clientWidth }) => [scrollWidth, clientWidth]);
        expect(scrolls, `at ${width}`).to.equal(shown);
        expect(await screen.getByRole('cell', { name: '0.50 of 12.50' }).count()).to.equal(1);
      }
    } finally {
      await browser.close();
    }
  });
});
