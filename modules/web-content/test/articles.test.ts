import { randomUUID } from 'node:crypto';
import { AccessContexts, type Site, SiteDirectory } from '@portico/core';
import { startTestPortal, type TestPortal } from '@portico/core/testing';
import { Documents } from '@portico/documents-media/api';
import { expect } from 'chai';

type Agent = ReturnType<TestPortal['agent']>;

describe('Articles', () => {
  let portal: TestPortal;
  let author: Agent;

  before(async () => {
    portal = await startTestPortal();
    author = await portal.signIn();
  });
  after(() => portal.stop());

  const placeOf = ({ headers }: { readonly headers: { readonly location?: string } }): string => headers.location ?? '';
  const revisionOf = (html: string): string => /name="revision" value="(\d+)"/.exec(html)?.[1] ?? '';

  it('are saved as a draft that visitors do not see', async () => {
    const saved = await portal.post(author, '/web/home/web-content/new', {
      title: 'A draft',
      body: '<p>Hidden</p>',
      intent: 'draft',
    });
    expect(saved.status).to.equal(303);
    expect((await author.get(placeOf(saved))).text).to.contain('Hidden');
    expect((await portal.agent().get('/web/home/articles/a-draft')).status).to.equal(404);
  });

  it('are read by everybody when they are published, cleaned', async () => {
    const body = '<p>Light <img src="/web/home/x" alt="A lighthouse" onerror="alert(1)"><script>alert(1)</script></p>';
    const published = await portal.post(author, '/web/home/web-content/new', {
      title: 'The Lighthouse',
      body,
      intent: 'publish',
    });
    expect(placeOf(published)).to.equal('/web/home/articles/the-lighthouse');
    const page = await portal.agent().get('/web/home/articles/the-lighthouse');
    expect(page.status).to.equal(200);
    expect(page.text).to.contain('<img src="/web/home/x" alt="A lighthouse">');
    expect(page.text).not.to.contain('alert(1)');
    expect((await portal.agent().get('/web/home')).text).to.contain('The Lighthouse');
  });

  it('say when they are published which of their files visitors do not get, and nothing when they get all', async () => {
    const documents = portal.service(Documents);
    const site = portal.service(SiteDirectory).byAddress('home') as Site;
    const access = portal.service(AccessContexts).system(site);
    const added = await Promise.all(
      [
        ['photo.heic', Buffer.from('\0\0\0\x18ftypheic\0\0\0\0mif1heic', 'latin1')] as const,
        ['words.txt', Buffer.from('words')] as const,
      ].map(([name, content]) => documents.add(access, { name, content })),
    );
    const bodies = added.map((document) => `<p><a href="${documents.links(document, site).download}">a file</a></p>`);
    const publish = async (body: string): Promise<string> => {
      const answer = await portal.post(author, '/web/home/web-content/new', { title: 'With files', body, intent: 'publish' });
      return (await author.get(placeOf(answer))).text;
    };
    expect(await publish(bodies.join(''))).to.contain('Visitors do not get photo.heic, because');
    expect(await publish(bodies[1] ?? '')).not.to.contain('Visitors do not get');
  });

  it('keep what the editor suggests as a caption out of what visitors read', async () => {
    const body =
      '<p><img src="/web/home/x" alt="A > B" data-suggested-caption="Made with AI">Say data-suggested-caption="x"</p><p><img src="/web/home/y" data-suggested-caption="Made with AI" alt=""></p>';
    await portal.post(author, '/web/home/web-content/new', { title: 'Suggested', body, intent: 'publish' });
    const { text } = await portal.agent().get('/web/home/articles/suggested');
    expect(text).to.contain('Say data-suggested-caption="x"').and.not.to.contain('Made with AI');
    expect(text.match(/<img [^>]*src="\/web\/home\/[xy]"/g)).to.have.length(2);
    const list = (await author.get('/web/home/web-content')).text;
    const form = /href="(\/web\/home\/web-content\/articles\/[^"]+)" title="Suggested"/.exec(list)?.[1] ?? '';
    expect((await author.get(form)).text).to.contain('data-suggested-caption');
  });

  it('are announced on the home page by their text, without its headings and captions, under one title', async () => {
    const body =
      '<h2>A heading</h2><figure><img src="/web/home/x" alt=""><figcaption>Image created with AI</figcaption></figure><p>The first <strong>words</strong>.</p>';
    await portal.post(author, '/web/home/web-content/new', { title: 'Announced', body, intent: 'publish' });
    const page = (await portal.agent().get('/web/home')).text;
    expect(page).to.contain('The first words.').and.not.to.contain('A heading').and.not.to.contain('created with AI');
    expect(page).to.contain('<title>Home</title>');
  });

  it('keep what was typed when the title is missing', async () => {
    const answer = await portal.post(author, '/web/home/web-content/new', {
      title: ' ',
      body: '<p>Kept text</p>',
      intent: 'publish',
    });
    expect(answer.status).to.equal(400);
    expect(answer.text).to.contain('Enter a title.').and.to.contain('Kept text');
  });

  it('get an address of their own when two have the same title', async () => {
    for (const body of ['one', 'two'])
      await portal.post(author, '/web/home/web-content/new', { title: 'Twin', body, intent: 'publish' });
    expect((await portal.agent().get('/web/home/articles/twin')).text).to.contain('one');
    expect((await portal.agent().get('/web/home/articles/twin-2')).text).to.contain('two');
  });

  it('show both texts when somebody else saved meanwhile, and lose neither', async () => {
    const place = placeOf(
      await portal.post(author, '/web/home/web-content/new', {
        title: 'Shared',
        body: 'first',
        intent: 'draft',
      }),
    );
    const revision = revisionOf((await author.get(place)).text);
    await portal.post(author, place, { title: 'Shared', body: 'theirs', revision, intent: 'draft' });
    const conflict = await portal.post(author, place, { title: 'Shared', body: 'mine', revision, intent: 'draft' });
    expect(conflict.status).to.equal(409);
    expect(conflict.text).to.contain('mine').and.to.contain('theirs');
    const again = await portal.post(author, place, {
      title: 'Shared',
      body: 'mine',
      revision: revisionOf(conflict.text),
      intent: 'draft',
    });
    expect(again.status).to.equal(303);
  });

  it('keep the published text while a draft is changed', async () => {
    await portal.post(author, '/web/home/web-content/new', { title: 'Stable', body: 'published', intent: 'publish' });
    const list = await author.get('/web/home/web-content');
    const path = /href="([^"]+)" title="Stable"/.exec(list.text)?.[1] ?? '';
    const revision = revisionOf((await author.get(path)).text);
    await portal.post(author, path, { title: 'Stable', body: 'changed', revision, intent: 'draft' });
    expect((await author.get(path)).text).to.contain('changed');
    expect((await portal.agent().get('/web/home/articles/stable')).text)
      .to.contain('published')
      .and.not.to.contain('changed');
  });

  it('are read with the direction of their lists, as they were published last, by the first guest and by the next', async () => {
    const read = async (): Promise<string> => (await portal.agent().get('/web/home/articles/turned')).text;
    const body = '<ul><li>first</li></ul>';
    await portal.post(author, '/web/home/web-content/new', { title: 'Turned', body, intent: 'publish' });
    const list = await author.get('/web/home/web-content');
    const path = /href="([^"]+)" title="Turned"/.exec(list.text)?.[1] ?? '';
    for (const _guest of [1, 2]) expect(await read()).to.contain('<ul dir="auto"><li>first</li></ul>');
    const revision = revisionOf((await author.get(path)).text);
    await portal.post(author, path, { title: 'Turned', body: '<ol><li>second</li></ol>', revision, intent: 'publish' });
    for (const _guest of [1, 2])
      expect(await read())
        .to.contain('<ol dir="auto"><li>second</li></ol>')
        .and.not.to.contain('first');
  });

  it('go from visitors when they are unpublished, and altogether when they are deleted', async () => {
    const title = 'Gone';
    const place = placeOf(await portal.post(author, '/web/home/web-content/new', { title, body: 'x', intent: 'draft' }));
    await portal.post(author, place, { title, body: 'x', revision: 1, intent: 'publish' });
    await portal.post(author, `${place}/unpublish`);
    expect((await portal.agent().get('/web/home/articles/gone')).status).to.equal(404);
    await portal.post(author, `${place}/delete`);
    expect((await author.get(place)).status).to.equal(404);
  });

  it('are not there for guests to write, nor in another site', async () => {
    const place = placeOf(await portal.post(author, '/web/home/web-content/new', { title: 'Mine', body: 'x', intent: 'draft' }));
    await portal.post(author, place, { title: 'Mine', body: 'x', revision: 1, intent: 'publish' });
    expect((await portal.agent().get('/web/home/web-content')).status).to.equal(303);
    await portal.command(['sites', 'add', '--name', 'Other', '--address', 'other']);
    expect((await author.get(place.replace('/web/home/', '/web/other/'))).status).to.equal(404);
    expect((await portal.agent().get('/web/other/articles/mine')).status).to.equal(404);
  });

  it('come in pages by key', async () => {
    for (let number = 1; number <= 25; number += 1) {
      await portal.post(author, '/web/home/web-content/new', { title: `Page filler ${number}`, body: 'x', intent: 'draft' });
    }
    const first = await author.get('/web/home/web-content');
    const next = /href="(\?[^"]*after[^"]+)"/.exec(first.text)?.[1]?.replaceAll('&amp;', '&').replaceAll('&#x3D;', '=') ?? '';
    const second = await author.get(`/web/home/web-content${next}`);
    const titles = (html: string): readonly string[] =>
      [...html.matchAll(/>(Page filler \d+)<\/a>/g)].map(([, title = '']) => title);
    expect(titles(first.text)).to.have.length(20);
    expect([...titles(first.text), ...titles(second.text)]).to.deep.equal(
      Array.from({ length: 25 }, (_, index) => `Page filler ${25 - index}`),
    );
  });

  it('are sorted by what the numbers of their titles count, page by page, and found by the numbers that stand there', async () => {
    const titles = (html: string): readonly string[] => [...html.matchAll(/>(Volume \d+)<\/a>/g)].map(([, title = '']) => title);
    for (const number of [...Array.from({ length: 25 }, (_, index) => index + 1), 100].toReversed())
      await portal.post(author, '/web/home/web-content/new', { title: `Volume ${number}`, body: 'x', intent: 'draft' });
    const first = await author.get('/web/home/web-content?q=volume&order=title');
    const next = /href="(\?[^"]*after[^"]+)"/.exec(first.text)?.[1]?.replaceAll('&amp;', '&').replaceAll('&#x3D;', '=') ?? '';
    const second = await author.get(`/web/home/web-content${next}`);
    expect([titles(first.text).length, ...titles(first.text), ...titles(second.text)]).to.deep.equal([
      20,
      ...Array.from({ length: 25 }, (_, index) => `Volume ${index + 1}`),
      'Volume 100',
    ]);
    expect(titles((await author.get('/web/home/web-content?q=volume%2025')).text)).to.deep.equal(['Volume 25']);
    // Nothing of the key by which they are sorted.
    expect(titles((await author.get('/web/home/web-content?q=volume%20225')).text)).to.deep.equal([]);
    // The order is remembered: the next one wants what was changed last.
    await author.get('/web/home/web-content?order=modified').expect(200);
  });

  describe('whose form is sent more than once', () => {
    const place = '/web/home/web-content/new';
    /** The form keeps itself, as its script lets it. */
    const keep = async (fields: object): Promise<{ status: number; body: { article: string; error: { message: string } } }> =>
      author
        .post('/web/home/web-content/drafts')
        .set('Origin', portal.url)
        .set('X-Portico-Csrf', await portal.csrf(author))
        .send({ title: '', address: '', body: '', revision: 0, seen: {}, ...fields });
    const titles = async (title: string): Promise<number> =>
      (await author.get('/web/home/web-content')).text.split(`title="${title}"`).length - 1;

    it('are one article when the answer of the first autosave was lost', async () => {
      const form = randomUUID();
      await keep({ form, title: 'Lost ans', body: '<p>a</p>' });
      const saved = await portal.post(author, place, { form, title: 'Lost answer', body: '<p>all</p>', intent: 'draft' });
      expect(saved.status).to.equal(303);
      expect(await titles('Lost ans')).to.equal(0);
      expect(await titles('Lost answer')).to.equal(1);
      expect((await author.get(placeOf(saved))).text)
        .to.contain('all')
        .and.to.contain('value="lost-answer"');
    });

    it('are one article when Save is pressed twice', async () => {
      const fields = { form: randomUUID(), title: 'Pressed twice', body: '<p>a</p>', intent: 'draft' };
      const [first, second] = await Promise.all([portal.post(author, place, fields), portal.post(author, place, fields)]);
      expect([first.status, second.status]).to.deep.equal([303, 303]);
      expect(placeOf(second)).to.equal(placeOf(first));
      expect(await titles('Pressed twice')).to.equal(1);
    });

    it('show both texts when another text comes from the form of a saved one, and keep what was saved', async () => {
      const fields = { form: randomUUID(), title: 'Went back', body: '<p>first</p>', intent: 'draft' };
      const saved = await portal.post(author, place, fields);
      const again = await portal.post(author, place, { ...fields, body: '<p>second</p>' });
      expect(again.status).to.equal(409);
      expect(again.text)
        .to.contain('first')
        .and.to.contain('second')
        .and.to.contain(`action="${placeOf(saved)}"`);
      const kept = await keep({ ...fields, intent: undefined, body: '<p>third</p>' });
      expect(placeOf(saved)).to.contain(kept.body.article);
      expect(await titles('Went back')).to.equal(1);
      expect((await author.get(placeOf(saved))).text)
        .to.contain('first')
        .and.not.to.contain('third');
    });

    it('keep of themselves only what could be saved', async () => {
      const title = 'T'.repeat(201);
      for (const article of [
        undefined,
        placeOf(await portal.post(author, place, { title: 'Small', intent: 'draft' }))
          .split('/')
          .at(-1),
      ]) {
        const { status, body } = await keep({ form: randomUUID(), article, title });
        expect(status).to.equal(400);
        expect(body.error.message).to.equal('Use at most 200 characters.');
        const long = 'x'.repeat(1001);
        for (const fields of [
          { address: long },
          { seen: { title: long } },
          { seen: { address: long } },
          { seen: { body: long } },
        ])
          expect((await keep({ form: randomUUID(), article, ...fields })).status).to.equal(400);
      }
      expect(await titles(title)).to.equal(0);
    });
  });

  it('get an address of plain letters from any title', async () => {
    for (const [title, address] of [
      ['Große Straße', 'grosse-strasse'],
      ['Ærø og Łódź', 'aero-og-lodz'],
      ['灯台', 'article'],
    ] as const) {
      const saved = await portal.post(author, '/web/home/web-content/new', { title, body: '', intent: 'publish' });
      expect(placeOf(saved)).to.equal(`/web/home/articles/${address}`);
    }
  });
});
