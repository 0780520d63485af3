import { TestBrowser } from '@portico/core/testing';
import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { author, base, Library, picture } from '../testing/index.js';

describe('Two people on one document', () => {
  let library: Library;
  let browser: TestBrowser;
  let first: Page;
  let second: Page;
  let place: string;
  let id: string;
  let number = 0;

  before(async () => {
    library = await Library.open();
    browser = await TestBrowser.open();
    first = await browser.page(library.portal, { person: author });
    second = await first.context().newPage();
  });

  beforeEach(async () => {
    number += 1;
    const document = await library.add({ name: `shared-${number}.png`, content: await picture(60, 40), altText: 'As it was' });
    id = document.id;
    place = `${base}/documents/${id}`;
    await first.goto(place);
    await second.goto(place);
  });

  afterEach(() => {
    expect(browser.complaints.splice(0)).to.deep.equal([]);
  });

  after(async () => {
    await browser.close();
    await library.close();
  });

  async function save(page: Page): Promise<void> {
    const answer = page.waitForResponse((response) => response.request().method() === 'POST');
    await page.getByRole('button', { name: 'Save' }).click();
    await answer;
    await page.waitForLoadState();
  }

  const kept = async (): Promise<object> => {
    const { name, altText } = await library.documents.find(library.system(), id);
    return { name, altText };
  };

  it('keep what each of them changed', async () => {
    await first.getByLabel('Alternative text').fill('A lighthouse');
    await save(first);
    await second.getByLabel('Name').fill(`renamed-${number}.png`);
    await save(second);
    expect(await kept()).to.deep.equal({ name: `renamed-${number}.png`, altText: 'A lighthouse' });
  });

  it('are asked where both changed the same, with both texts on the screen', async () => {
    await first.getByLabel('Alternative text').fill('A lighthouse');
    await save(first);
    await second.getByLabel('Alternative text').fill('A tower');
    await second.getByLabel('Name').fill(`tower-${number}.png`);
    await save(second);
    await second.getByText('Somebody else saved “A lighthouse” meanwhile.').waitFor();
    expect(await second.getByLabel('Alternative text').inputValue()).to.equal('A tower');
    expect(await kept()).to.deep.equal({ name: `shared-${number}.png`, altText: 'A lighthouse' });
    await save(second);
    expect(await kept()).to.deep.equal({ name: `tower-${number}.png`, altText: 'A tower' });
  });

  it('write everything that a program sends without saying what it saw', async () => {
    await library.form(place, { name: `program-${number}.png`, altText: 'By a program' }).expect(303);
    expect(await kept()).to.deep.equal({ name: `program-${number}.png`, altText: 'By a program' });
  });

  it('leave an alternative text unread that only the other one has seen', async () => {
    const drafted = await library.add({
      name: `drafted-${number}.png`,
      content: await picture(60, 40),
      altText: 'A',
      altTextDrafted: true,
    });
    const path = `${base}/documents/${drafted.id}`;
    await library.form(path, { name: `x-${number}.png`, altText: 'Old', seenName: drafted.name, seenAltText: 'Old' }).expect(303);
    const { name, altText, altTextDrafted } = await library.documents.find(library.system(), drafted.id);
    expect({ name, altText, altTextDrafted }).to.deep.equal({ name: `x-${number}.png`, altText: 'A', altTextDrafted: true });
  });
});
