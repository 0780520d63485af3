import type { Messages } from '@portico/core';
import { Library } from '@portico/documents-media/testing';
import { expect } from 'chai';
import { HtmlCleaner } from '../services/html-cleaner.js';

const second = { email: 'second@portico.example', password: 'lanterns over the harbour', name: 'Sam Second' };
const address = '/web/home/web-content/new';
/** Within the limits, and long to parse. */
const long = '<p>a <b>b</b> <i>c</i></p>'.repeat(400);

describe('Saving articles at the same time', () => {
  let library: Library;

  before(async () => {
    library = await Library.open();
    await library.addAuthor(second);
  });
  after(() => library.close());

  async function save(body: string, person?: typeof second): Promise<{ status: number; location: string; text: string }> {
    if (!person) {
      const { status, headers, text } = await library.form(address, { title: 'Ada', body });
      return { status, location: headers.location ?? '', text };
    }
    const agent = await library.portal.signIn(person);
    const { status, headers, text } = await library.portal.post(agent, address, { title: 'Sam', body });
    return { status, location: headers.location ?? '', text };
  }

  it('refuses 300 kB of <b> with a sentence and the text, and saves what another person wrote meanwhile', async () => {
    const culprit = save('<b>'.repeat(100_000));
    const other = await save('<p>Words of Sam</p>', second);
    expect(other.status).to.equal(303);
    expect((await library.get(other.location)).text).to.include('Words of Sam');
    const refused = await culprit;
    expect(refused.status).to.equal(400);
    expect(refused.text).to.include('The article has more parts').and.to.include('&lt;b&gt;&lt;b&gt;');
    expect((await save('<p>Shorter</p>')).status).to.equal(303);
  });

  it('shows the beginning of an article whose attributes are full of what looks like tags', async () => {
    const title = '<h1>'.repeat(50_000) + '<img '.repeat(30_000);
    const answer = await library.form(address, {
      title: 'Attributes',
      body: `<h2>Not this</h2><p title="${title}">The <b>beginning</b></p>`,
      intent: 'publish',
    });
    expect(answer.status).to.equal(303);
    const { text } = await library.portal.agent().get('/web/home').expect(200);
    expect(text).to.include('The beginning').and.not.to.include('Not this');
  });

  it('keeps nobody waiting for the long texts of another person', async () => {
    const order: string[] = [];
    const cleaner = new HtmlCleaner({ text: (key) => key } as Messages);
    const clean = (html: string, person: string): Promise<unknown> => cleaner.clean(html, person).then(() => order.push(person));
    await Promise.all([...Array.from({ length: 4 }, () => clean(long, 'ada')), clean('<p>short</p>', 'sam')]);
    expect(order.indexOf('sam')).to.be.lessThan(3);
    await cleaner.onStop();
  });

  it('takes turns by person where more wait than there is room for', async () => {
    const order: string[] = [];
    const cleaner = new HtmlCleaner({ text: (key) => key } as Messages);
    // What ends is seen here, and who has a turn is meant: of a short text both come at once.
    const clean = (person: string): Promise<unknown> =>
      cleaner.clean(person === 'sam' ? '<p>short</p>' : long, person).then(() => order.push(person));
    await Promise.all(['ada', 'ada', 'ada', 'ada', 'ben', 'ben', 'ben', 'ben', 'sam'].map(clean));
    expect(order.indexOf('sam')).to.be.lessThan(5);
    await cleaner.onStop();
  });

  it('refuses more at once of one person than anybody types, and of nobody else', async () => {
    const cleaner = new HtmlCleaner({ text: (key) => key } as Messages);
    const all = Array.from({ length: 30 }, () =>
      cleaner.clean('<p>a</p>', 'ada').then(
        () => 200,
        (error) => error.status,
      ),
    );
    const other = cleaner.clean('<p>b</p>', 'sam');
    const statuses = await Promise.all(all);
    expect(statuses.filter((status) => status === 200)).to.have.lengthOf(21);
    expect(statuses.filter((status) => status === 429)).to.have.lengthOf(9);
    expect((await other).html).to.equal('<p>b</p>');
    await cleaner.onStop();
  });

  it('tells those who wait when the module stops, and takes texts again afterwards', async () => {
    const cleaner = new HtmlCleaner({ text: (key) => key } as Messages);
    const waiting = [1, 2, 3].map(() => cleaner.clean(long, 'ada').catch((error) => error.code));
    await cleaner.onStop();
    expect(await Promise.all(waiting)).to.deep.equal(Array(3).fill('cleaning-failed'));
    expect((await cleaner.clean('<p>a</p>', 'ada')).html).to.equal('<p>a</p>');
    await cleaner.onStop();
  });
});
