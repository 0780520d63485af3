import { accessibilityFaults, TestBrowser } from '@portico/core/testing';
import { expect } from 'chai';
import { author, type CreatorPortal, newKey, startCreatorPortal } from './creator-portal.js';

describe('what an image costs', () => {
  let creator: CreatorPortal;
  before(async () => {
    creator = await startCreatorPortal();
    const price = ['--model', 'gpt-image-2.6-flare', '--image', '0.0234', '--from', '2026-01-01', '--currency', 'EUR'];
    expect((await creator.portal.command(['prices', 'set', ...price])).exitCode).to.equal(0);
  });
  after(() => creator.stop());

  const html = async (path: string): Promise<string> => (await creator.visitor.get(path).set('Accept', 'text/html')).text;

  it('is the same everywhere afterwards: on the generation, the ledger, the panel of the document, its report, CSV and the terminal', async () => {
    const { body } = await creator.create({ count: '2' });
    const id = body.id as string;
    const generation = await creator.settled(id);
    expect(await html(`/web/home/ai-creator/generations/${id}`)).to.contain('512x512, 2 images · Cost: €0.0468');
    expect(await html('/web/home/ai-creator/generations')).to.contain('Cost: €0.0468');
    const added = await creator.addAll(generation);
    const document = (added.body.documents as { id: string }[])[0]?.id ?? '';
    expect(await html(`/web/home/documents-media/documents/${document}`)).to.contain('€0.0468');
    const report = await creator.visitor.get(`/web/home/documents-media/documents/${document}/provenance`);
    expect((report.body as { provenance: { cost: object } }).provenance.cost).to.deep.equal({ amount: 0.0468, currency: 'EUR' });
    const administrator = await creator.portal.signIn();
    const csv = (await administrator.get('/ai-creator/usage.csv')).text.split('\r\n');
    expect(csv[1]).to.match(/,gpt-image-2\.6-flare,low,2,\d+,\d+,0\.0468,EUR,$/);
    const shown = await creator.portal.command(['images', 'show', id, '--site', 'home', '--as', author.email]);
    expect(shown.out).to.contain('Cost: €0.0468');
  });

  it('is said before, for each size and number, without scripts; nothing is invented where nothing is known', async () => {
    const browser = await TestBrowser.open();
    try {
      for (const width of [1280, 380]) {
        const page = await browser.page(creator.portal, { width, person: author, javaScript: false });
        await page.goto('/web/home/ai-creator/create');
        const row = page.getByRole('row', { name: /^512x512/ });
        expect(await row.getByRole('cell').allTextContents()).to.deep.equal(['€0.0234', '€0.0468', '€0.0702', '€0.0936']);
        expect(await page.evaluate('document.documentElement.scrollWidth')).to.equal(width);
        await page.context().close();
      }
      const page = await browser.page(creator.portal, { person: author });
      await page.goto('/web/home/ai-creator/create');
      await page.getByLabel('Number of Images to Generate').selectOption('3');
      await page.getByText('About €0.0702').waitFor();
      expect(await page.getByRole('table').count(), 'with scripts one line says it').to.equal(0);
      expect(await accessibilityFaults(page)).to.deep.equal([]);
      await creator.portal.command(['settings', 'set', 'ai-creator.model', 'my-own-model']);
      const unknown = 'No price known, so nothing can be said about the cost.';
      const asAdministrator = await browser.page(creator.portal, { person: creator.portal.administrator });
      await asAdministrator.goto('/web/home/ai-creator/create');
      await asAdministrator.getByText(unknown).waitFor();
      await page.reload();
      await page.getByLabel('Number of Images to Generate').waitFor();
      expect(await page.getByText(unknown).count(), 'authors cannot enter one').to.equal(0);
      expect(browser.complaints).to.deep.equal([]);
    } finally {
      await creator.portal.command(['settings', 'unset', 'ai-creator.model']);
      await browser.close();
    }
  }).timeout(60_000);

  it('is left out where no cost is known', async () => {
    await creator.portal.command(['settings', 'set', 'ai-creator.model', 'gpt-image-2']);
    const { body } = await creator.create({ idempotencyKey: newKey() });
    await creator.settled(body.id as string);
    expect(await html(`/web/home/ai-creator/generations/${body.id as string}`)).to.not.contain('Cost:');
  });
});
