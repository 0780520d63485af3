import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AuditLog, type Clock, UnitOfWork } from '@portico/core';
import { TestBrowser } from '@portico/core/testing';
import { author, Library } from '@portico/documents-media/testing';
import { expect } from 'chai';
import type { Locator, Page } from 'playwright-core';

const second = { email: 'second@portico.example', password: 'lanterns over the harbour' };

describe('What is written into an article', () => {
  let library: Library;
  let browser: TestBrowser;
  let page: Page;
  /** Questions before leaving, in the order in which they came. */
  const asked: string[] = [];
  let stay = false;

  before(async () => {
    library = await Library.open();
    await library.addAuthor({ ...second, name: 'Sam Second' });
    browser = await TestBrowser.open();
    page = await open(author);
  });

  afterEach(() => {
    stay = false;
    asked.length = 0;
    expect(browser.complaints.splice(0)).to.deep.equal([]);
  });

  after(async () => {
    await browser.close();
    await library.close();
  });

  async function open(person: { readonly email: string; readonly password: string }): Promise<Page> {
    const opened = await browser.page(library.portal, { person });
    opened.on('dialog', (dialog) => {
      asked.push(dialog.type());
      void (stay ? dialog.dismiss() : dialog.accept());
    });
    return opened;
  }

  const text = (on: Page = page): Locator => on.getByRole('textbox', { name: 'Content' });
  const kept = (on: Page = page): Promise<void> => on.getByText('Draft kept at').waitFor();

  async function begin(title: string, words: string): Promise<void> {
    await page.goto('/web/home/web-content/new');
    await page.getByLabel('Title').fill(title);
    await text().click();
    await page.keyboard.type(words);
  }

  /** Saves an article as a form without scripts does; answers its page. */
  async function saved(title: string, body: string): Promise<string> {
    const answer = await library.form('/web/home/web-content/new', { title, body, intent: 'draft' });
    return answer.headers.location ?? '';
  }

  async function write(words: string, on: Page = page): Promise<void> {
    await text(on).click();
    await on.keyboard.press('Control+End');
    await on.keyboard.type(words);
  }

  it('is a draft in the list by itself, which its form goes on with until it is saved', async () => {
    await begin('Begun', 'First words');
    await kept();
    const list = await browser.page(library.portal, { person: author });
    await list.goto('/web/home/web-content');
    const row = list.getByRole('row', { name: 'Begun' });
    await row.getByText('Draft', { exact: true }).waitFor();
    expect(new URL(page.url()).pathname).to.equal(await row.getByRole('link', { name: 'Begun' }).getAttribute('href'));
    await page.getByLabel('Title').fill('Begun and finished');
    await write(' and more');
    await page.getByRole('button', { name: 'Publish' }).click();
    await page.getByText('“Begun and finished” is published.').waitFor();
    await list.reload();
    expect(await list.getByRole('link', { name: 'Begun' }).count()).to.equal(2);
    const read = await library.portal.agent().get('/web/home/articles/begun-and-finished');
    expect(read.text).to.contain('<p>First words and more</p>');
    await list.context().close();
    expect(asked).to.deep.equal([]);
  });

  it('keeps a heading of the first level and the caption of a table that were written without scripts', async () => {
    const body = '<h1>Top</h1><table><caption>Sums of the year</caption><tbody><tr><td>one</td></tr></tbody></table><p>End</p>';
    await page.goto(await saved('Written without scripts', body));
    await text().getByRole('heading', { level: 1, name: 'Top' }).waitFor();
    await text().getByText('Sums of the year').waitFor();
    await write(' and more');
    await page.getByRole('button', { name: 'Publish' }).click();
    await page.getByText('“Written without scripts” is published.').waitFor();
    const read = (await library.portal.agent().get('/web/home/articles/written-without-scripts')).text;
    expect(read).to.contain('<h1>Top</h1>').and.to.contain('<caption>Sums of the year</caption>').and.to.contain('End and more');
    expect(read.match(/Sums of the year/g)).to.have.length(1);
  });

  it('is asked about before it is left, and not after Save', async () => {
    await page.goto(await saved('Asked about', '<p>a</p>'));
    await write(' unsaved');
    stay = true;
    await page.getByRole('link', { name: 'Cancel' }).click();
    expect(asked).to.deep.equal(['beforeunload']);
    await page.getByRole('button', { name: 'Save as Draft' }).click();
    await page.getByText('“Asked about” is saved as a draft.').waitFor();
    await page.getByRole('link', { name: 'Cancel' }).click();
    await page.waitForURL((url) => url.pathname === '/web/home/web-content');
    expect(asked).to.deep.equal(['beforeunload']);
  });

  it('is offered when one comes back to an article that was saved before, and is gone once it is saved', async () => {
    const place = await saved('Offered', '<p>Saved</p>');
    await page.goto(place);
    await write(' and not saved');
    await kept();
    expect((await library.get(place)).text).to.contain('Saved&lt;/p&gt;</textarea>');
    await page.goto(place);
    await page.getByText('What you wrote here is not saved:').waitFor();
    expect(await text().textContent()).to.equal('Saved');
    await page.getByRole('link', { name: 'Go on with it' }).click();
    await text().getByText('Saved and not saved').waitFor();
    await page.getByRole('button', { name: 'Save as Draft' }).click();
    await page.getByText('“Offered” is saved as a draft.').waitFor();
    expect(await page.getByText('What you wrote here is not saved:').count()).to.equal(0);
    await text().getByText('Saved and not saved').waitFor();
  });

  it('never goes over what somebody else saved meanwhile without a word', async () => {
    const place = await saved('Both', '<p>Start</p>');
    const other = await open(second);
    await page.goto(place);
    await write(' mine');
    await kept();
    await other.goto(place);
    await write(' theirs', other);
    await other.getByRole('button', { name: 'Save as Draft' }).click();
    await other.getByText('“Both” is saved as a draft.').waitFor();
    await page.goto(place);
    expect(await text().textContent()).to.equal('Start theirs');
    await page.getByRole('link', { name: 'Go on with it' }).click();
    await page.getByRole('button', { name: 'Save as Draft' }).click();
    await page.getByText("The other person's version").waitFor();
    await page.getByText('Start theirs').waitFor();
    expect(await text().textContent()).to.equal('Start mine');
    await other.context().close();
  });

  it('keeps what two people change in different fields', async () => {
    const place = await saved('Two fields', '<p>Start</p>');
    const other = await open(second);
    await page.goto(place);
    await other.goto(place);
    await page.getByLabel('Title').fill('A new title');
    await write(' and their words', other);
    await other.getByRole('button', { name: 'Save as Draft' }).click();
    await other.getByText('“Two fields” is saved as a draft.').waitFor();
    await page.getByRole('button', { name: 'Save as Draft' }).click();
    await page.getByText('Somebody else saved meanwhile; their change stays: Content.').waitFor();
    expect(await page.getByLabel('Title').inputValue()).to.equal('A new title');
    expect(await text().textContent()).to.equal('Start and their words');
    await other.context().close();
  });

  it('stays in the browser while the session has ended, and is there after signing in', async () => {
    const place = await saved('Signed out', '<p>Start</p>');
    await page.goto(place);
    await page.context().clearCookies();
    await write(' of long work');
    await page.getByText('What you write is kept in this browser until it can be saved.').waitFor();
    await page.getByRole('button', { name: 'Save as Draft' }).click();
    await page.getByRole('main').getByRole('link', { name: 'Sign In' }).click();
    await page.getByLabel('Email Address').fill(author.email);
    await page.getByLabel('Password').fill(author.password);
    await page.getByRole('button', { name: 'Sign In' }).click();
    await page.getByText('What you typed is back in this form. It is not saved yet.').waitFor();
    await text().getByText('Start of long work').waitFor();
    await page.getByRole('button', { name: 'Save as Draft' }).click();
    await page.getByText('“Signed out” is saved as a draft.').waitFor();
    expect(await page.evaluate(() => localStorage.length)).to.equal(0);
  });

  it('comes back with a sentence when it is too long, from a form without scripts too', async () => {
    const body = `<p>${'ま'.repeat(500_000)}</p>`;
    const answer = await library.form('/web/home/web-content/new', { title: 'Too long', body, intent: 'publish' });
    expect(answer.status).to.equal(400);
    expect(answer.text).to.contain('The article is too long').and.to.contain('ま'.repeat(500_000));
  });

  it('is nobody else’s to read or to throw away', async () => {
    const place = await saved('Private', '<p>Start</p>');
    await page.goto(place);
    await page.getByLabel('Title').fill('Private, and not to be told');
    await write(' secret');
    await kept();
    const other = await library.portal.signIn(second);
    const shown = (await library.get(place)).text;
    const [, draft = ''] = /\?draft=([0-9a-f-]+)"/.exec(shown) ?? [];
    expect(draft).not.to.equal('');
    expect((await other.get(`${place}?draft=${draft}`)).text).not.to.contain('secret');
    await library.portal.post(other, `${place}/drafts/${draft}/discard`);
    expect((await library.get(`${place}?draft=${draft}`)).text).to.contain('secret');
    await library.form(`${place}/drafts/${draft}/discard`);
    expect((await library.get(place)).text).not.to.contain('?draft=');
    const { records } = await library.portal.service(AuditLog).list({ area: 'web-content', subject: 'draft' });
    expect(records.map(({ attribute, scope }) => [attribute, scope])).to.deep.include(['Private', library.home.id]);
    expect(JSON.stringify(records)).to.not.contain('not to be told');
  });
});

describe('What is kept beside an article', () => {
  const days = (count: number): Clock => ({
    now: () => new Date(Date.now() + count * 86_400_000),
    monotonic: () => performance.now(),
  });

  /** How many there are when everything that the start ordered is done. */
  async function keptIn({ portal }: Library): Promise<number> {
    const unitOfWork = portal.service(UnitOfWork);
    await unitOfWork.write(async () => {});
    const [row] = await unitOfWork.read((reader) =>
      reader.query<{ count: number }>('SELECT count(*) AS count FROM web_content_draft'),
    );
    return Number(row?.count);
  }

  it('goes 90 days after it was last written in, and not before', async () => {
    const home = await mkdtemp(join(tmpdir(), 'portico-drafts-'));
    try {
      let library = await Library.open({ home });
      const saved = await library.form('/web/home/web-content/new', { title: 'Kept', body: '<p>a</p>', intent: 'draft' });
      const article = saved.headers.location?.split('/').at(-1);
      const draft = {
        form: randomUUID(),
        article,
        revision: 1,
        title: 'Kept',
        address: '',
        body: '<p>b</p>',
        seen: { title: '', address: '', body: '' },
      };
      await library.post('/web/home/web-content/drafts').send(draft).expect(200);
      const counts: number[] = [];
      for (const age of [89, 91]) {
        await library.portal.stop({ keep: true });
        library = await Library.open({ home, clock: days(age) });
        counts.push(await keptIn(library));
      }
      await library.close();
      expect(counts).to.deep.equal([1, 0]);
    } finally {
      await rm(home, { recursive: true, force: true });
    }
  });
});
