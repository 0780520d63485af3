import { base, Library, picture } from '@portico/documents-media/testing';
import { expect } from 'chai';

describe('publishing an article with pictures that its readers do not see', () => {
  let library: Library;
  let folderId: string;

  before(async () => {
    library = await Library.open();
    folderId = (await library.documents.ensureFolder(library.system(), 'Members only')).id;
    const admin = await library.portal.signIn();
    const answer = await admin
      .put(`${base}/api/folders/${folderId}/permissions`)
      .set('Origin', library.portal.url)
      .set('X-Portico-Csrf', await library.portal.csrf(admin))
      .send({ visibleTo: 'members' });
    expect(answer.status).to.equal(200);
  });

  after(() => library.close());

  const pictureIn = async (name: string): Promise<{ id: string; body: string }> => {
    const { id } = await library.add({ name, folderId, content: await picture(60, 40) });
    return { id, body: `<p>Look</p><figure><img src="${base}/documents/${id}/view" alt="a"></figure>` };
  };
  const guest = (id: string) => library.portal.agent().get(`${base}/documents/${id}/view`);

  it('asks, publishes nothing without an answer, and keeps what was typed', async () => {
    const { id, body } = await pictureIn('asked.png');
    const asked = await library.form('/web/home/web-content/new', { title: 'Asked', body, intent: 'publish' });
    expect(asked.status).to.equal(409);
    expect(asked.text).to.include('would see asked.png').and.to.include('Make them visible').and.to.include('Go back');
    expect(asked.text).to.include('value="Asked"').and.to.include(id);
    expect((await library.portal.agent().get('/web/home/articles/asked')).status).to.equal(404);
    const back = await library.form('/web/home/web-content/new', { title: 'Asked', body, intent: 'back' });
    expect(back.status).to.equal(200);
    expect(back.text).to.include('value="Asked"').and.to.include(id).and.to.not.include('Make them visible');
    expect((await guest(id)).status).to.equal(404);
  });

  it('asks about pictures that somebody else put in meanwhile', async () => {
    const { id, body } = await pictureIn('meanwhile.png');
    const saved = await library.form('/web/home/web-content/new', { title: 'Meanwhile', body: '<p>Plain</p>' });
    const place = saved.headers.location ?? '';
    const page = (await library.get(place).set('Accept', 'text/html')).text;
    const shown = Object.fromEntries(
      [...page.matchAll(/<input type="hidden" name="(revision|seen\w+)" value="([^"]*)"/g)].map(([, name, value]) => [
        name,
        value,
      ]),
    );
    const theirs = await library.form(place, { ...shown, title: 'Meanwhile', address: shown.seenAddress, body });
    expect(theirs.status).to.equal(303);
    const mine = { ...shown, title: 'Another title', address: shown.seenAddress, body: '<p>Plain</p>' };
    const asked = await library.form(place, { ...mine, intent: 'publish' });
    expect([asked.status, asked.text.includes('would see meanwhile.png')]).to.deep.equal([409, true]);
    expect((await guest(id)).status).to.equal(404);
    const done = await library.form(place, { ...mine, intent: 'publish-visible' });
    expect([done.status, done.headers.location]).to.deep.equal([303, `/web/home/articles/${shown.seenAddress}`]);
    expect((await guest(id)).status).to.equal(200);
  });

  it('answers programs with a code and the ids', async () => {
    const { id, body } = await pictureIn('coded.png');
    const { status, body: answer } = await library
      .form('/web/home/web-content/new', { title: 'Coded', body, intent: 'publish' })
      .set('Accept', 'application/json');
    expect([status, answer.error.code, answer.error.documents]).to.deep.equal([409, 'pictures-not-visible', [id]]);
  });

  it('makes them visible and publishes when the author says so, and asks nothing more', async () => {
    const { id, body } = await pictureIn('shown.png');
    const done = await library.form('/web/home/web-content/new', { title: 'Shown', body, intent: 'publish-visible' });
    expect([done.status, done.headers.location]).to.deep.equal([303, '/web/home/articles/shown']);
    expect((await guest(id)).status).to.equal(200);
    expect((await guest((await pictureIn('other.png')).id)).status).to.equal(404);
    const again = await library.form('/web/home/web-content/new', { title: 'Shown again', body, intent: 'publish' });
    expect(again.status).to.equal(303);
  });
});
