import { rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { type Fixture, fixture } from './pictures.js';

const selector = '/web/home/stock-photos/selector?type=image&return=image-url&uploads=true';

describe('Stock photos', () => {
  let given: Fixture;
  let author: Awaited<ReturnType<Fixture['portal']['signIn']>>;

  before(async () => {
    given = await fixture(60);
    author = await given.portal.signIn();
  });
  after(() => given?.remove());

  const list = async (query = ''): Promise<string> => {
    const answer = await author.get(selector + query).set('X-Portico-Fragment', '1');
    expect(answer.status, answer.text).to.equal(200);
    return answer.text;
  };
  const pathsIn = (html: string): readonly string[] =>
    [...html.matchAll(/name="photo" value="([^"]*)"/g)].map(([, path = '']) => path);
  const choose = async (photo: string) =>
    author
      .post('/web/home/stock-photos')
      .set({ Origin: given.portal.url, Accept: 'application/json', 'X-Portico-Csrf': await given.portal.csrf(author) })
      .send({ photo });

  it('stands among the tabs where something may be added, and nowhere else', async () => {
    const tabs = async (uploads: boolean): Promise<string> =>
      (await author.get(`/web/home/item-selector?type=image&return=image-url&uploads=${uploads}`)).text;
    expect(await tabs(true)).to.include('/web/home/stock-photos/selector');
    expect(await tabs(false)).not.to.include('/web/home/stock-photos/selector');
  });

  it('lists all pictures page by page, forwards and backwards', async () => {
    const first = await list();
    expect(first).to.include('62 pictures');
    const seen = [...pathsIn(first)];
    expect(seen).to.have.length(24);
    let html = first;
    for (let next = linkTo('next', html); next !== undefined; next = linkTo('next', html)) {
      html = (await author.get(next).set('X-Portico-Fragment', '1')).text;
      seen.push(...pathsIn(html));
    }
    expect(new Set(seen).size).to.equal(62);
    expect(seen).to.deep.equal([...seen].sort());
    for (let previous = linkTo('prev', html); previous !== undefined; previous = linkTo('prev', html))
      html = (await author.get(previous).set('X-Portico-Fragment', '1')).text;
    expect(pathsIn(html)).to.deep.equal(pathsIn(first));
  });

  it('finds by the words of names, titles, alternative texts and credits', async () => {
    expect(pathsIn(await list('&q=QUIET'))).to.deep.equal(['coast/quiet-sea_2.png']);
    expect(pathsIn(await list('&q=dusk+doe'))).to.deep.equal(['coast/pier_1.jpg']);
    expect(await list('&q=nothing-like-that')).to.include('Nothing was found');
  });

  it('shows small pictures, and the same ones again without sending them', async () => {
    const address = '/web/home/stock-photos/thumbnail?photo=coast%2Fquiet-sea_2.png';
    const answer = await author.get(address).buffer(true);
    expect([answer.status, answer.type]).to.deep.equal([200, 'image/webp']);
    expect(answer.body.length).to.be.lessThan(10_000);
    const again = await author.get(address).set('If-None-Match', String(answer.headers.etag));
    expect(again.status).to.equal(304);
  });

  it('adds what is chosen to Documents and Media, once, with its title and alternative text', async () => {
    const answer = await choose('coast/pier_1.jpg');
    expect(answer.status, answer.text).to.equal(201);
    const { document } = answer.body;
    expect(document).to.include({ name: 'Pier.jpg', altText: 'A pier at dusk.' });
    expect(document.caption).to.deep.equal({ text: 'Photo: Jane Doe, CC BY 4.0', shown: true });
    expect((await given.portal.agent().get(document.view)).status).to.equal(200);
    expect((await choose('coast/pier_1.jpg')).body.document.id).to.equal(document.id);
    expect((await choose('coast/quiet-sea_2.png')).body.document).to.include({ name: 'Quiet sea 2.png', altText: '' });
  });

  it('does the same without scripts', async () => {
    const answer = await given.portal.post(author, '/web/home/stock-photos', { photo: 'many/hill 001.png' });
    expect(answer.status).to.equal(303);
    expect((await author.get(answer.headers.location ?? '').set('Accept', 'text/html')).text).to.include('Hill 001.png');
  });

  it('gives nothing that lies elsewhere, whichever way it is asked for', async () => {
    const elsewhere = [
      '../secret.png',
      'coast/../../secret.png',
      '/etc/passwd',
      join(given.root, '../secret.png'),
      'coast/link.png',
      'coast/linked/secret.png',
      'linked/secret.png',
      'coast/credits.json',
      'coast',
      'coast\\..\\..\\secret.png',
      'coast/pier_1.jpg\u0000.png',
    ];
    for (const path of elsewhere) {
      const answer = await author.get(`/web/home/stock-photos/thumbnail?${new URLSearchParams({ photo: path })}`);
      expect([path, answer.status]).to.deep.equal([path, 404]);
      expect([path, (await choose(path)).status]).to.deep.equal([path, 404]);
    }
    expect((await list('&q=secret')).includes('secret.png')).to.equal(false);
  });

  it('follows no link that takes the place of a picture after it was listed', async () => {
    await given.picture('swap/one.png');
    await set('');
    await set('swap');
    expect(pathsIn(await list())).to.deep.equal(['one.png']);
    await rm(join(given.root, 'swap/one.png'));
    await symlink(join(given.root, '../secret.png'), join(given.root, 'swap/one.png'));
    expect((await choose('one.png')).status).to.equal(404);
    await rm(join(given.root, 'swap'), { recursive: true });
    await symlink(join(given.root, '../outside'), join(given.root, 'swap'));
    expect((await choose('secret.png')).status).to.equal(404);
    await set('');
  });

  it('keeps out who may not add documents', async () => {
    const guest = given.portal.agent();
    for (const path of [selector, '/web/home/stock-photos', '/web/home/stock-photos/thumbnail?photo=coast%2Fpier_1.jpg'])
      expect([path, (await guest.get(path).set('Accept', 'application/json')).status]).to.deep.equal([path, 401]);
  });

  it('takes a folder below the root and no other', async () => {
    expect((await set('coast')).exitCode).to.equal(0);
    expect(pathsIn(await list())).to.deep.equal(['pier_1.jpg', 'quiet-sea_2.png']);
    for (const outside of ['..', '/etc', 'coast/../..', 'C:', 'coast//x', '.']) {
      const { exitCode, err } = await set(outside);
      expect([outside, exitCode]).to.deep.equal([outside, 1]);
      expect(err).to.include('Name a folder below the one that the deployment names');
    }
    await set('linked');
    expect(pathsIn(await list())).to.deep.equal([]);
    expect(await notices()).to.include('There is no folder &quot;linked&quot; below the one that the deployment names');
    await set('');
  });

  it('says which credits cannot be read, and shows the pictures all the same', async () => {
    await given.picture('broken/one.png');
    await writeFile(join(given.root, 'broken/credits.json'), '{ "one.png": { "title": ');
    await set('broken');
    expect(pathsIn(await list())).to.deep.equal(['one.png']);
    expect(await notices()).to.include('credits.json cannot be read.');
    await set('');
  });

  it('leaves out what is no picture when it is looked at', async () => {
    await given.picture('odd/one.png');
    await writeFile(join(given.root, 'odd/two.png'), 'no picture at all');
    await set('odd');
    expect(pathsIn(await list())).to.deep.equal(['one.png', 'two.png']);
    const answer = await author.get('/web/home/stock-photos/thumbnail?photo=two.png').set('Accept', 'application/json');
    expect(answer.status).to.equal(422);
    await set('');
  });

  const set = (folder: string): ReturnType<Fixture['portal']['command']> =>
    given.portal.command(['settings', 'set', 'stock-photos.folder', folder]);
  const notices = async (): Promise<string> => (await author.get('/configuration/instance-settings/stock-photos')).text;
});

function linkTo(relation: string, html: string): string | undefined {
  return new RegExp(`rel="${relation}" href="([^"]+)"`).exec(html)?.[1]?.replaceAll('&amp;', '&').replaceAll('&#x3D;', '=');
}
