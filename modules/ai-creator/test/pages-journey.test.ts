import { TestBrowser } from '@portico/core/testing';
import { expect } from 'chai';
import { author, type CreatorPortal, startCreatorPortal } from './creator-portal.js';

describe('creating images on pages of their own', function () {
  this.timeout(60_000);
  let creator: CreatorPortal;
  let browser: TestBrowser;

  before(async () => {
    creator = await startCreatorPortal();
    browser = await TestBrowser.open();
  });
  afterEach(() => {
    expect(browser.complaints.splice(0)).to.deep.equal([]);
  });
  after(async () => {
    await browser.close();
    await creator.stop();
  });

  it('does the whole job without scripts', async () => {
    const plain = await browser.page(creator.portal, { person: author, javaScript: false });
    await plain.goto('/web/home/ai-creator/create');
    await plain.getByLabel('Description').fill('a plain flower');
    await plain.getByLabel('Image Size').selectOption('256x256');
    await plain.getByRole('button', { name: 'Create', exact: true }).click();
    await plain.getByLabel('Name 1').fill('my flower');
    await plain.getByRole('button', { name: 'Add Selected' }).click();
    await plain.getByRole('alert').getByText('Select at least one image.').waitFor();
    expect(await plain.getByLabel('Name 1').inputValue(), 'what was typed is kept').to.equal('my flower');
    await plain.getByRole('checkbox', { name: 'Image 1: a plain flower' }).check();
    await plain.getByRole('checkbox', { name: /^Reviewed/ }).check();
    await plain.getByRole('button', { name: 'Add Selected' }).click();
    await plain.getByText('my flower.png').first().waitFor();
    expect(new URL(plain.url()).pathname).to.equal('/web/home/documents-media');
    await plain.getByRole('link', { name: 'my flower.png' }).first().click();
    await plain.getByRole('heading', { name: 'my flower.png' }).waitFor();
    expect(await plain.getByText('Not reviewed').count()).to.equal(0);
    await plain.context().close();
  });

  for (const javaScript of [true, false]) {
    it(`asks before it discards, ${javaScript ? 'in a window' : 'on a page of its own without scripts'}`, async () => {
      const description = `a paper boat, scripts ${javaScript}`;
      await creator.settled((await creator.create({ description })).body.id as string);
      const own = await browser.page(creator.portal, { person: author, javaScript, width: 380 });
      await own.goto('/web/home/ai-creator/generations');
      const discard = own.getByRole('button', { name: `Discard: ${description}` });
      const question = 'Discard these images? They cannot be brought back.';
      await discard.press('Enter');
      await own.getByText(question).waitFor();
      expect(await own.getByRole('alertdialog').count()).to.equal(javaScript ? 1 : 0);
      expect(await own.getByRole('heading', { name: 'Discard', exact: true }).count()).to.equal(javaScript ? 0 : 1);
      if (!javaScript) expect(await own.getByRole('img', { name: `Image 1: ${description}` }).count()).to.equal(1);
      await own.getByRole(javaScript ? 'button' : 'link', { name: 'Cancel', exact: true }).click();
      await discard.click();
      await own.getByText(question).waitFor();
      await own.getByRole('button', { name: 'Discard', exact: true }).click();
      await own.getByText('Discarded.').waitFor();
      expect(new URL(own.url()).pathname).to.equal('/web/home/ai-creator/generations');
      expect(await discard.count()).to.equal(0);
      await own.context().close();
    });
  }

  it('asks otherwise about what brought no image', async () => {
    creator.sandbox.next('moderation-blocked');
    const { id } = (await creator.create({ description: 'a boat that was declined' })).body as { readonly id: string };
    await creator.settled(id);
    const own = await browser.page(creator.portal, { person: author, javaScript: false });
    await own.goto(`/web/home/ai-creator/generations/${id}/discard`);
    await own.getByText('Take this off the list? It brought no image.').waitFor();
    await own.context().close();
  });
});
