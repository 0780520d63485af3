import { gunzipSync, gzipSync } from 'node:zlib';
import { expect } from 'chai';
import Koa from 'koa';
import supertest from 'supertest';
import { Assets } from '../../views/index.js';
import { silentLog, TestFolder } from './view-portal.js';

describe('Assets', () => {
  const script = `export const text = '${'portico '.repeat(100)}';`;
  let folder: TestFolder;
  let assets: Assets;
  let requests: ReturnType<typeof supertest>;

  beforeEach(async () => {
    folder = new TestFolder()
      .write('dist/assets/x.js', script)
      .write('dist/assets/tiny.css', 'p{}')
      .write('secret.txt', 'secret');
    assets = new Assets({ log: silentLog });
    const app = new Koa();
    app.use(assets.middleware);
    app.use((ctx) => {
      ctx.body = 'after';
    });
    requests = supertest(app.callback());
  });

  afterEach(() => folder.remove());

  const load = () => assets.load({ id: 'demo', folder: folder.path, manifest: {} });

  it('are served for ever under an address made of their content', async () => {
    await load();
    const url = assets.url('demo', 'x.js');
    expect(url).to.match(/^\/assets\/demo\/[0-9a-f]{16}\/x\.js$/);
    const answer = await requests.get(url).set('Accept-Encoding', 'identity').expect(200);
    expect(answer.text).to.equal(script);
    expect(answer.headers).to.include({
      'cache-control': 'public, max-age=31536000, immutable',
      'content-type': 'text/javascript; charset=utf-8',
      'x-content-type-options': 'nosniff',
      vary: 'Accept-Encoding',
    });
  });

  it('have a new address when any of them changes', async () => {
    await load();
    const before = assets.url('demo', 'x.js');
    folder.write('dist/assets/tiny.css', 'p{color:red}');
    await load();
    expect(assets.url('demo', 'x.js')).not.to.equal(before);
    await requests.get(before).expect(404);
  });

  it('of a module that stops while they are read again are gone', async () => {
    const loaded = await load();
    const before = assets.url('demo', 'x.js');
    folder.write('dist/assets/tiny.css', 'p{color:red}');
    await assets.refresh('demo');
    expect(assets.url('demo', 'x.js')).not.to.equal(before);
    const again = assets.refresh('demo');
    await loaded.dispose();
    await again;
    expect(assets.url('demo', 'x.js')).to.equal('/assets/demo/missing/x.js');
  });

  it('answer 304 to a browser that has them', async () => {
    await load();
    const url = assets.url('demo', 'x.js');
    const get = () => requests.get(url).set('Accept-Encoding', 'identity');
    const first = await get();
    const again = await get()
      .set('If-None-Match', first.headers.etag as string)
      .expect(304);
    expect(again.text).to.equal('');
    await get().set('If-None-Match', '"other"').expect(200);
  });

  it('are sent as the build compressed them, best first, as the browser allows', async () => {
    folder.write('dist/assets/x.js.br', 'brotli bytes').write('dist/assets/x.js.gz', gzipSync(script));
    await load();
    const url = assets.url('demo', 'x.js');
    const raw = (encoding: string) =>
      requests
        .get(url)
        .set('Accept-Encoding', encoding)
        .buffer(true)
        .parse((answer, done) => {
          const chunks: Buffer[] = [];
          answer.on('data', (chunk: Buffer) => chunks.push(chunk));
          answer.on('end', () => done(null, Buffer.concat(chunks)));
        });
    const zipped = await raw('gzip;q=0.8, br;q=0');
    expect(zipped.headers['content-encoding']).to.equal('gzip');
    expect(zipped.headers.etag).to.match(/-gzip"$/);
    const plain = await raw('identity');
    expect(plain.headers['content-encoding']).to.equal(undefined);
    const head = await requests.head(url).set('Accept-Encoding', 'gzip, deflate, br').expect(200);
    expect(head.headers['content-encoding']).to.equal('br');
    expect(head.headers['content-length']).to.equal(String('brotli bytes'.length));
    expect(gunzipSync(gzipSync(script)).toString()).to.equal(script);
  });

  it('are nowhere under a wrong hash, name or path', async () => {
    await load();
    const url = assets.url('demo', 'x.js');
    await requests.get(url.replace(/[0-9a-f]{16}/, '0'.repeat(16))).expect(404);
    await requests.get(url.replace('x.js', 'y.js')).expect(404);
    await requests.get(url.replace('x.js', '../../../secret.txt')).expect(({ status, text }) => {
      expect(text).not.to.contain('secret');
      expect(status === 404 || text === 'after').to.equal(true);
    });
    await requests.get(url.replace('x.js', '..%2f..%2fsecret.txt')).expect(404);
    await requests.get(url.replace('x.js', 'x.js.br')).expect(404);
    await requests.get('/assets/__proto__/constructor/x.js').expect(404);
    await requests.get('/elsewhere').expect(200, 'after');
    await requests.post(url).expect(200, 'after');
  });

  it('leave with their module', async () => {
    const loaded = await load();
    const url = assets.url('demo', 'x.js');
    await loaded.dispose();
    await requests.get(url).expect(404);
  });

  it('are reported once when a view names one that is not there', () => {
    const warnings: unknown[] = [];
    const reporting = new Assets({ log: { warn: (message, facts) => warnings.push([message, facts]) } });
    expect([reporting.url('demo', 'no.js'), reporting.url('demo', 'no.js')]).to.deep.equal([
      '/assets/demo/missing/no.js',
      '/assets/demo/missing/no.js',
    ]);
    expect(warnings).to.deep.equal([['An asset is missing.', { module: 'demo', file: 'no.js' }]]);
  });
});
