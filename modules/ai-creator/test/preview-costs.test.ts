import { Settings } from '@portico/configuration/api';
import { AccessContexts, instanceScope } from '@portico/core';
import { TestBrowser } from '@portico/core/testing';
import { expect } from 'chai';
import { creatorSettings } from '../services/settings/settings.js';
import { author, type CountedUsage, type CreatorPortal, startCreatorPortal, usageOf } from './creator-portal.js';

/** Two partial images of 100 tokens, at 40.00 per million tokens. */
const previewCost = 2 * 100 * 40;

describe('the estimate of what images cost, when previews are on', () => {
  let creator: CreatorPortal;
  beforeEach(async () => {
    creator = await startCreatorPortal();
    await choose({ previews: true });
    for (const model of ['gpt-image-2.6-flare', 'gpt-image-2'])
      await creator.portal.command(['prices', 'set', '--model', model, '--input', '5', '--output', '40', '--from', '2026-01-01']);
  });
  afterEach(() => creator.stop());

  const choose = async (values: object): Promise<void> => {
    const { person } = creator.portal.service(AccessContexts).system();
    const changes = Object.fromEntries(Object.entries(values).map(([field, set]) => [field, { set }]));
    if (person) await creator.portal.service(Settings).of(creatorSettings).save(instanceScope, changes, person);
  };
  const make = async (count: string): Promise<CountedUsage> => {
    const { body } = await creator.create({ count });
    await creator.settled(body.id as string);
    const entry = await usageOf(creator, body.id as string);
    if (!entry) throw new Error('Nothing was counted.');
    return entry;
  };
  const form = async (): Promise<string> =>
    (await creator.visitor.get('/web/home/ai-creator/create').set('Accept', 'text/html')).text;
  const estimates = async (): Promise<readonly number[]> => {
    const json = /data-estimates="([^"]*)"/.exec(await form())?.[1]?.replaceAll('&quot;', '"') ?? '[]';
    const sizes = JSON.parse(json) as readonly { readonly size: string; readonly millionths: readonly number[] }[];
    return sizes.find(({ size }) => size === '512x512')?.millionths ?? [];
  };

  it('holds them for one image, whose previews come, and for no more', async () => {
    const { cost } = await make('2');
    const alike = (cost ?? 0) / 2;
    expect(await estimates()).to.deep.equal([alike + previewCost, alike * 2, alike * 3, alike * 4].map(Math.round));
    const one = await make('1');
    expect(one).to.include({ outputTokens: 472, previewTokens: 200, cost: (one.inputTokens ?? 0) * 5 + 472 * 40 });
    // Measured with previews and without: the mean of the three images, without what the previews took.
    const mean = ((cost ?? 0) + (one.cost ?? 0) - previewCost) / 3;
    expect(await estimates()).to.deep.equal([mean + previewCost, mean * 2, mean * 3, mean * 4].map(Math.round));
    await choose({ previews: false });
    expect(await estimates()).to.deep.equal([mean, mean * 2, mean * 3, mean * 4].map(Math.round));
    expect(await form()).to.not.contain('cost extra');
  });

  it('is said for the number that is chosen', async () => {
    const { cost } = await make('2');
    const browser = await TestBrowser.open();
    try {
      const page = await browser.page(creator.portal, { person: author });
      await page.goto('/web/home/ai-creator/create');
      const money = (millionths: number): string => `About $${(millionths / 1_000_000).toFixed(4)}`;
      await page.getByText(money((cost ?? 0) / 2 + previewCost)).waitFor();
      await page.getByLabel('Number of Images to Generate').selectOption('2');
      await page.getByText(money(cost ?? 0)).waitFor();
    } finally {
      await browser.close();
    }
  });

  it('says that they cost extra where nobody knows how much', async () => {
    await creator.portal.command(['prices', 'set', '--model', 'gpt-image-2', '--image', '0.25', '--from', '2026-02-01']);
    await choose({ service: 'azure-openai' });
    expect(await form()).to.contain('The previews of a single image cost extra, and what they cost is not known.');
    expect((await estimates()).slice(0, 2)).to.deep.equal([250_000, 500_000]);
  });
});
