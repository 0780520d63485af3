import { accessibilityFaults, TestBrowser } from '@portico/core/testing';
import { expect } from 'chai';
import { author, type CreatorPortal, startCreatorPortal } from './creator-portal.js';

const place = '/web/home/ai-creator/generations';

describe('My recent generations', () => {
  let creator: CreatorPortal;
  beforeEach(async () => {
    creator = await startCreatorPortal();
  });
  afterEach(() => creator.stop());

  const make = async (description: string, fault?: 'moderation-blocked'): Promise<string> => {
    if (fault) creator.sandbox.next(fault);
    const { body } = await creator.create({ description });
    await creator.settled(body.id as string);
    return body.id as string;
  };
  /** Its headings, each with its level. */
  const outline = async (): Promise<readonly string[]> => {
    const { text } = await creator.visitor.get(place).set('Accept', 'text/html');
    return [...text.slice(text.indexOf('<main')).matchAll(/<h([123])[^>]*>(.*?)<\/h\1>/gs)].map(
      ([, level, title = '']) => `${level} ${title.replace(/<[^>]+>/g, '').trim()}`,
    );
  };

  it('shows what waits or is being made first, and what failed or was cancelled below it', async () => {
    await make('an old one');
    await make('a declined one', 'moderation-blocked');
    const cancelled = (await creator.create({ description: 'a cancelled one' })).body.id as string;
    await creator.portal.post(creator.visitor, `${place}/${cancelled}/cancel`);
    await creator.settled(cancelled);
    creator.sandbox.next('stall-before-headers');
    await creator.create({ description: 'a running one' });
    expect(await outline()).to.deep.equal([
      '1 My recent generations',
      '2 Ready or in progress',
      '3 a running one',
      '3 an old one',
      '2 Came to nothing',
      '3 a cancelled one',
      '3 a declined one',
    ]);
  });

  it('has a heading for what is there alone, and says when nothing waits', async () => {
    expect(await outline()).to.deep.equal(['1 My recent generations', '2 Nothing waits here']);
    const failed = await make('a declined one', 'moderation-blocked');
    expect(await outline()).to.deep.equal([
      '1 My recent generations',
      '2 Nothing waits here',
      '2 Came to nothing',
      '3 a declined one',
    ]);
    await creator.portal.post(creator.visitor, `${place}/${failed}/discard`, { confirmed: 'true' });
    await make('a good one');
    expect(await outline()).to.deep.equal(['1 My recent generations', '2 Ready or in progress', '3 a good one']);
  });

  it('keeps an image that waits in sight, however many came to nothing after it', async () => {
    await make('the one that waits');
    for (let index = 0; index < 51; index += 1) await make(`declined ${index}`, 'moderation-blocked');
    const titles = await outline();
    expect(titles).to.include('3 the one that waits').and.to.include('3 declined 50');
    expect(titles).to.have.length(1 + 2 + 1 + 50);
  }).timeout(60_000);

  for (const width of [1280, 380]) {
    it(`leaves nothing that axe would find fault with, ${width} pixels wide`, async () => {
      await make('a good one');
      await make('a declined one', 'moderation-blocked');
      const browser = await TestBrowser.open();
      const page = await browser.page(creator.portal, { width, person: author });
      await page.goto(place);
      await page
        .getByRole('region', { name: 'Came to nothing' })
        .getByRole('link', { name: 'a declined one', exact: true })
        .waitFor();
      await page.getByRole('region', { name: 'Ready or in progress' }).getByRole('img').waitFor();
      expect(await accessibilityFaults(page)).to.deep.equal([]);
      await browser.close();
    }).timeout(60_000);
  }
});
