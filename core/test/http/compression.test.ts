import { get, type IncomingHttpHeaders, request } from 'node:http';
import { PassThrough, Readable } from 'node:stream';
import { brotliDecompressSync, gunzipSync, gzipSync } from 'node:zlib';
import { expect } from 'chai';
import { z } from 'zod';
import type { RouteContext, Router } from '../../api/index.js';
import { checkToken } from '../../http/csrf.js';
import { as, startHost, type TestHost } from './test-host.js';

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly bytes: Buffer;
}

const long = 'A page about lamps. '.repeat(500);
const rows = { rows: Array.from({ length: 200 }, (_, index) => ({ index, name: 'lamp' })) };
let stream: PassThrough;

const anything = z.union([z.array(z.unknown()), z.record(z.string(), z.unknown())]);

const routes = (router: Router): void => {
  const add = (path: string, answer: (ctx: RouteContext) => void): void =>
    router.get(path, { access: 'public', answer: anything }, answer);
  add('/page', (ctx) => ctx.render('note', { long }));
  add('/rows', (ctx) => {
    ctx.body = rows;
  });
  add('/short', (ctx) => {
    ctx.body = { ok: true };
  });
  add('/picture', (ctx) => {
    ctx.type = 'image/png';
    ctx.body = Buffer.alloc(5000);
  });
  add('/part', (ctx) => {
    ctx.set('Content-Range', 'bytes 0-9999/20000');
    ctx.type = 'text/plain';
    ctx.status = 206;
    ctx.body = long;
  });
  add('/file', (ctx) => {
    ctx.set('Accept-Ranges', 'bytes');
    ctx.type = 'text/plain';
    ctx.body = long;
  });
  add('/packed', (ctx) => {
    ctx.set('Content-Encoding', 'gzip');
    ctx.type = 'text/plain';
    ctx.body = gzipSync(long);
  });
  add('/tagged', (ctx) => {
    ctx.set('ETag', '"lamps"');
    ctx.type = 'text/plain';
    ctx.status = 200;
    if (ctx.fresh) ctx.status = 304;
    else ctx.body = long;
  });
  add('/lines', (ctx) => {
    ctx.type = 'text/csv';
    ctx.body = Readable.from([long, long]);
  });
  router.get('/events', { access: 'public', events: z.object({ told: z.string() }) }, (ctx) => {
    ctx.body = stream = new PassThrough({ objectMode: true });
    stream.write({ event: 'note', data: { told: 'first' } });
  });
};

describe('An answer', () => {
  let host: TestHost;
  before(async () => {
    host = await startHost();
    host.routes.add('notes', '/notes', routes);
  });
  after(() => host.close());

  function ask(path: string, encodings: string | undefined, more: Record<string, string> = {}, method = 'GET'): Promise<Answer> {
    const headers = { ...more, ...(encodings === undefined ? {} : { 'accept-encoding': encodings }) };
    return new Promise((resolve, reject) => {
      const sent = request(`${host.url}${path}`, { method, headers }, (answer) => {
        const chunks: Buffer[] = [];
        answer.on('data', (chunk: Buffer) => chunks.push(chunk));
        answer.on('end', () =>
          resolve({ status: answer.statusCode ?? 0, headers: answer.headers, bytes: Buffer.concat(chunks) }),
        );
      });
      sent.on('error', reject).end();
    });
  }

  it('is compressed as the client likes it, by brotli rather than gzip', async () => {
    const plain = await ask('/notes/rows', undefined);
    expect(plain.headers).to.include({ vary: 'Accept-Language, Accept-Encoding' }).and.not.to.have.property('content-encoding');
    for (const [accepted, encoding, open] of [
      ['gzip, deflate, br', 'br', brotliDecompressSync],
      ['br;q=0, gzip', 'gzip', gunzipSync],
      ['*', 'br', brotliDecompressSync],
    ] as const) {
      const { headers, bytes } = await ask('/notes/rows', accepted);
      expect(headers, accepted).to.include({ 'content-encoding': encoding, vary: 'Accept-Language, Accept-Encoding' });
      expect(headers['content-type'], accepted).to.equal('application/json; charset=utf-8');
      expect(Number(headers['content-length']), accepted).to.equal(bytes.length);
      expect(bytes.length, accepted).to.be.lessThan(plain.bytes.length / 4);
      expect(open(bytes).equals(plain.bytes), accepted).to.equal(true);
    }
    for (const accepted of ['identity', 'deflate', '', 'br;q=0, gzip;q=0'])
      expect((await ask('/notes/rows', accepted)).bytes.equals(plain.bytes), accepted).to.equal(true);
  });

  it('that is a page is compressed too, with its headers', async () => {
    const { headers, bytes } = await ask('/notes/page', 'br');
    expect(headers).to.include({
      'content-encoding': 'br',
      'content-type': 'text/html; charset=utf-8',
      'x-frame-options': 'SAMEORIGIN',
    });
    expect(brotliDecompressSync(bytes).toString()).to.contain(long);
    const head = await ask('/notes/page', 'br', {}, 'HEAD');
    expect([head.headers['content-encoding'], head.bytes.length]).to.deep.equal(['br', 0]);
  });

  it('that is short, a picture, a part, a file, a stream or encoded already is sent as it is', async () => {
    for (const path of ['short', 'picture', 'part', 'file', 'lines'])
      expect((await ask(`/notes/${path}`, 'br, gzip')).headers, path).not.to.have.property('content-encoding');
    const packed = await ask('/notes/packed', 'br, gzip');
    expect(packed.headers['content-encoding']).to.equal('gzip');
    expect(gunzipSync(packed.bytes).toString()).to.equal(long);
  });

  it('that is known already stays 304, whatever it was compressed by', async () => {
    const { headers } = await ask('/notes/tagged', 'br');
    expect(headers).to.include({ 'content-encoding': 'br', etag: 'W/"lamps"' });
    for (const encodings of ['br', 'gzip', undefined])
      expect((await ask('/notes/tagged', encodings, { 'if-none-match': String(headers.etag) })).status).to.equal(304);
    expect((await ask('/notes/tagged', undefined)).headers.etag).to.equal('"lamps"');
  });

  it('that goes on arrives as it is written', async () => {
    const first = await new Promise<{ readonly headers: IncomingHttpHeaders; readonly text: string }>((resolve, reject) => {
      const sent = get(`${host.url}/notes/events`, { headers: { 'accept-encoding': 'br, gzip' } }, (answer) => {
        answer.once('data', (chunk: Buffer) => {
          resolve({ headers: answer.headers, text: chunk.toString() });
          sent.destroy();
        });
      });
      sent.on('error', reject);
    });
    stream.end();
    expect(first.text).to.equal('event: note\ndata: {"told":"first"}\n\n');
    expect(first.headers).not.to.have.property('content-encoding');
  });

  it('shows the token of changes in other letters each time, and each of them counts', async () => {
    const tokens = await Promise.all(
      [1, 2, 3].map(async () => {
        const { bytes } = await ask('/notes/page', 'identity', as('author'));
        return (JSON.parse(bytes.toString()) as { csrf: string }).csrf;
      }),
    );
    expect(new Set(tokens).size).to.equal(3);
    for (const token of tokens) {
      expect(token).not.to.contain('author-csrf');
      checkToken(token, 'author-csrf');
      expect(() => checkToken(token, 'reader-csrf')).to.throw('out of date');
      expect(() => checkToken(`A${token}`, 'author-csrf')).to.throw('out of date');
    }
  });
});
