import { Readable } from 'node:stream';
import { expect } from 'chai';
import type { Context } from 'koa';
import supertest from 'supertest';
import { PortalError } from '../../api/index.js';
import { as, eventually, raw, shown, startHost, type TestHost } from './test-host.js';

describe('What goes wrong', () => {
  let host: TestHost;
  before(async () => {
    host = await startHost();
    host.routes.add('notes', '/notes', (router) => {
      const fail = (path: string, thrown: () => unknown): void =>
        router.get(path, { access: 'public' }, () => {
          throw thrown();
        });
      fail('/broken', () => new Error('SELECT secret FROM /home/x'));
      fail('/text', () => 'SELECT secret');
      fail('/hidden', () => new PortalError('blob-missing', 'secret path', { details: { path: 'secret' } }));
      fail('/busy', () => new PortalError('database-busy', 'secret lock', { status: 503, retryAfter: 1.2 }));
      fail('/away', () => new PortalError('away' as never, 'secret', { status: 503 }));
      fail('/told', () => new PortalError('quota' as never, 'Your quota is <used> up.', { status: 409, details: { quota: 3 } }));
      fail('/told500', () => new PortalError('upstream' as never, 'The printer is out of paper.', { status: 502, expose: true }));
      fail('/odd', () => new PortalError('odd' as never, 'secret', { status: 200 }));
      fail('/library', () => Object.assign(new Error('secret detail'), { status: 413, expose: true }));
      router.get('/thrown', { access: 'public' }, (ctx) => (ctx as unknown as Context).throw(410, 'secret'));
      router.get('/status', { access: 'public' }, (ctx) => {
        ctx.status = 404;
      });
      router.get('/nothing', { access: 'public' }, () => undefined);
      router.get('/json', { access: 'public', answers: 'json', answer: 'bytes' }, () => {
        throw new PortalError('quota' as never, 'No.', { status: 409 });
      });
      router.get('/headers', { access: 'public' }, (ctx) => {
        ctx.set({ ETag: '"x"', 'Content-Disposition': 'attachment', 'Cache-Control': 'public, max-age=9' });
        ctx.type = 'image/png';
        throw new Error('late');
      });
      router.get('/elsewhere', { access: 'public' }, (ctx) => ctx.redirect('https://evil.example/'));
      router.get('/breaks', { access: 'public' }, (ctx) => {
        ctx.length = 100;
        ctx.body = Readable.from(
          (function* () {
            yield 'half';
            throw new Error('The disk is gone.');
          })(),
        );
      });
      router.get('/long', { access: 'public' }, (ctx) => {
        ctx.body = Readable.from(
          (function* () {
            for (let chunk = 0; chunk < 1000; chunk++) yield Buffer.alloc(64 * 1024);
          })(),
        );
      });
    });
  });
  after(() => host.close());

  it('leaves a guest in the frame of a site whose front page guests may open, and in a plain one elsewhere', async () => {
    const layoutOf = async (path: string, who?: 'author'): Promise<string | undefined> => {
      const asked = host.get(path).set('Accept', 'text/html');
      return shown(await (who ? asked.set(as(who)) : asked)).layout;
    };
    expect(await layoutOf('/web/home/gone')).to.equal('plain');
    host.routes.add('front', '~', (router) => router.get('/', { access: { permission: 'notes.add-note' } }, () => undefined));
    expect(await layoutOf('/web/home/gone')).to.equal('plain');
    host.routes.withdraw('front');
    host.routes.add('front', '~', (router) => router.get('/', { access: 'public' }, () => undefined));
    expect(await layoutOf('/web/home/gone')).to.equal('site');
    expect(await layoutOf('/web/nowhere/gone')).to.equal('plain');
    expect(await layoutOf('/gone')).to.equal('plain');
    expect(await layoutOf('/web/home/gone', 'author')).to.equal('page');
    host.routes.withdraw('front');
  });

  it('answers plainly with 500 when whom to tell what cannot be found out either', async () => {
    const fails = (): never => {
      throw new TypeError('Cannot read properties of undefined');
    };
    const accessControl = {
      can: fails,
      isAmong: fails,
      rolesOf: fails,
      rolesAmong: fails,
      audienceRoles: fails,
      rolesWith: fails,
    };
    const broken = await startHost({}, { accessControl: { get: () => accessControl } });
    try {
      const access = { permission: 'notes.add-note' } as const;
      broken.routes.add('front', '~', (router) => router.get('/', { access }, () => undefined));
      for (const path of ['/web/home', '/web/home/gone']) {
        const page = await broken.get(path).set('Accept', 'text/html');
        expect([page.status, page.type], path).to.deep.equal([500, 'text/html']);
        expect(page.headers).to.include.keys('content-security-policy', 'traceparent');
        expect(page.text)
          .to.match(/<h1>Something went wrong<\/h1>.*<p>Reference: [\w-]+<\/p>/s)
          .and.not.to.contain('undefined');
      }
      const program = await broken.get('/web/home').set('Accept', 'application/json');
      expect([program.status, program.body.error.code]).to.deep.equal([500, 'unexpected']);
      expect(broken.log.map(({ message }) => message)).to.include('The answer to a failed request could not be made.');
    } finally {
      await broken.close();
    }
  });

  it('answers programs in JSON where there is no site, no page or no such method', async () => {
    const paths = ['/web/nowhere/notes', '/nothing/here', '/notes/nothing/at/all', '/notes/told'] as const;
    const programs = [{ Authorization: `Bearer portico_${'x'.repeat(43)}` }, { Accept: 'application/json' }];
    for (const program of programs)
      for (const path of paths) {
        const { status, type, headers, body } = await supertest(host.url).delete(path).set(program);
        const isThere = path === '/notes/told';
        expect([status, type], path).to.deep.equal([isThere ? 405 : 404, 'application/json']);
        expect(body.error, path).to.have.all.keys('code', 'message', 'reference', ...(isThere ? ['allow'] : []));
        expect(headers.allow, path).to.equal(isThere ? 'GET, HEAD' : undefined);
      }
    const { type, headers } = await supertest(host.url).put('/notes/json').set('Accept', '*/*');
    expect([type, headers.allow]).to.deep.equal(['application/json', 'GET, HEAD']);
    const browser = { ...programs[0], Accept: 'text/html,*/*;q=0.8' };
    expect((await supertest(host.url).get('/nothing/here').set(browser)).type).to.equal('text/html');
  });

  const json = (path: string) => host.get(path).set('Accept', 'application/json');

  it('shows a reference and nothing of an unexpected error, which the log has whole', async () => {
    for (const path of ['/notes/broken', '/notes/text', '/notes/hidden', '/notes/odd']) {
      const { status, body, text } = await json(path);
      expect(status, path).to.equal(500);
      expect(text, path).not.to.match(/secret|SELECT|stack/);
      expect(body.error.code, path).to.equal('unexpected');
      expect(body.error.message, path).to.match(/^Something went wrong/);
      const entry = host.log.find(({ level, facts }) => level === 'error' && facts.reference === body.error.reference);
      expect(entry?.facts.module, path).to.equal('notes');
    }
  });

  it('gives every request a reference of its own', async () => {
    const references = await Promise.all([1, 2, 3].map(async () => (await json('/notes/broken')).body.error.reference));
    expect(new Set(references).size).to.equal(3);
  });

  it('tells the sentence and the details of errors that are meant to be read', async () => {
    const { status, body } = await json('/notes/told');
    expect(status).to.equal(409);
    expect(body.error).to.deep.include({ code: 'quota', message: 'Your quota is <used> up.', quota: 3 });
    expect((await json('/notes/told500')).body.error.message).to.equal('The printer is out of paper.');
  });

  it('says when to come back', async () => {
    const { status, headers, text } = await json('/notes/busy');
    expect(status).to.equal(503);
    expect(headers['retry-after']).to.equal('2');
    expect(text).to.contain('busy right now').and.not.to.contain('secret');
    expect((await json('/notes/away')).headers['retry-after']).to.equal('5');
  });

  it("keeps the status of a library's refusal, in words of the portal", async () => {
    const { status, body } = await json('/notes/library');
    expect([status, body.error.code, body.error.message]).to.deep.equal([413, 'too-large', 'What was sent is too large.']);
    expect((await json('/notes/thrown')).text).not.to.contain('secret');
    expect((await json('/notes/thrown')).status).to.equal(410);
  });

  it('is a page for people, a fragment for dialogs and JSON for programs', async () => {
    const page = await host.get('/notes/told').set('Accept', 'text/html,*/*;q=0.8');
    expect(page.type).to.equal('text/html');
    expect(shown(page)).to.deep.include({ module: 'core', view: 'error', layout: 'plain' });
    expect(shown(page).model).to.deep.include({ status: 409, code: 'quota', sentence: 'Your quota is <used> up.' });
    expect(shown(await host.get('/notes/told').set('X-Portico-Fragment', '1').set('Accept', '*/*')).layout).to.equal('none');
    expect((await host.get('/notes/json').set('Accept', 'text/html')).type).to.equal('application/json');
    expect((await host.get('/notes/told').set('Accept', '*/*').set('Sec-Fetch-Dest', 'empty')).type).to.equal('application/json');
    expect((await host.get('/notes/told')).type).to.equal('text/html');
  });

  it('has a page even when the views are broken', async () => {
    host.absent.add('views');
    const { status, text, type } = await host.get('/notes/told').set('Accept', 'text/html');
    host.absent.delete('views');
    expect([status, type]).to.deep.equal([409, 'text/html']);
    expect(text)
      .to.contain('Your quota is &lt;used&gt; up.')
      .and.to.match(/Reference: \w+-\w+/);
  });

  it('is 404 where a handler answers nothing', async () => {
    for (const path of [
      '/notes/status',
      '/notes/nothing',
      '/notes/unknown',
      '/unknown',
      '/',
      '/web/home/unknown',
      '/web/unknown',
      '/web/unknown/notes',
      '/web',
    ]) {
      const { status, body } = await json(path);
      expect([status, body.error?.code], path).to.deep.equal([404, 'not-found']);
    }
  });

  it('takes nothing over from the answer that was under way', async () => {
    const { headers, type } = await json('/notes/headers');
    expect(type).to.equal('application/json');
    expect(headers).not.to.have.any.keys('etag', 'content-disposition');
    expect(headers['cache-control']).to.equal('no-store');
    expect(headers['x-content-type-options']).to.equal('nosniff');
  });

  it('includes leading people off the portal', async () => {
    const { status, headers, body } = await json('/notes/elsewhere');
    expect([status, body.error.code]).to.deep.equal([500, 'unexpected']);
    expect(headers).not.to.have.property('location');
  });

  it('closes the connection when it happens half-way, so that nobody takes the half for the whole', async () => {
    const answer = await raw(host.port, 'GET /notes/breaks HTTP/1.1\r\nHost: portal.example\r\n\r\n');
    expect(answer)
      .to.match(/^HTTP\/1\.1 200 /)
      .and.to.match(/half$/);
    expect(host.log.some(({ message }) => message === 'An answer broke off.')).to.equal(true);
  });

  it('is nothing when a client leaves in the middle of a download', async () => {
    const errors = (): number => host.log.filter(({ level }) => level === 'error').length;
    const before = errors();
    await raw(host.port, 'GET /notes/long HTTP/1.1\r\nHost: portal.example\r\n\r\n', '\r\n\r\n');
    await eventually(() => host.inside.get('notes') === 0);
    expect(errors()).to.equal(before);
  });

  it('leaves one line per request in the log, without query and headers', async () => {
    await host.get('/notes/told?token=secret').set('Authorization', 'secret');
    await eventually(() => host.log.some(({ message, facts }) => message === 'request' && facts.status === 400));
    const line = host.log.find(({ message, facts }) => message === 'request' && facts.status === 400);
    expect(line?.facts).to.have.all.keys('method', 'path', 'status', 'millis', 'reference', 'trace', 'person', 'address');
    expect(line?.facts).to.include({ person: undefined, address: '127.0.0.1' });
    expect(line?.facts.path).to.equal('/notes/told');
    expect(JSON.stringify(host.log.map(({ message, facts }) => [message, facts]))).not.to.contain('token=secret');
  });

  const trace = '4bf92f3577b34da6a3ce929d0e0e4736';

  it('bears the trace that a proxy gave it, in its answer, its log line and its reference', async () => {
    const given = `00-${trace}-00f067aa0ba902b7-01`;
    const answer = await host.get('/nowhere').set('Accept', 'application/json').set('traceparent', given);
    expect(answer.headers.traceparent).to.match(new RegExp(`^00-${trace}-[0-9a-f]{16}-01$`));
    expect(answer.headers.traceparent).not.to.equal(given);
    expect(answer.body.error.reference).to.equal(trace);
    await eventually(() => host.log.some(({ message, facts }) => message === 'request' && facts.trace === trace));
  });

  it('has a trace of its own where none was given, or one that the standard does not allow', async () => {
    const parent = '00f067aa0ba902b7';
    const refused = [
      `ff-${trace}-${parent}-01`,
      `00-${trace.toUpperCase()}-${parent}-01`,
      `00-${'0'.repeat(32)}-${parent}-01`,
      `00-${trace}-${'0'.repeat(16)}-01`,
      `00-${trace}-${parent}-01-more`,
      `00-${trace}-${parent}`,
      `00-${trace}-${parent}-01,00-${trace}-${parent}-01`,
      'x'.repeat(4000),
      '',
    ];
    for (const given of refused) {
      const answer = await host.get('/nowhere').set('Accept', 'application/json').set('traceparent', given);
      expect(answer.headers.traceparent, given)
        .to.match(/^00-[0-9a-f]{32}-[0-9a-f]{16}-00$/)
        .and.not.to.contain(trace);
      expect(answer.body.error.reference, given).to.match(/^[0-9a-z]+-[0-9a-z]+$/);
    }
    // A later version may say more.
    const later = await host.get('/nowhere').set('traceparent', `01-${trace}-${parent}-01-more`);
    expect(later.headers.traceparent).to.match(new RegExp(`^00-${trace}-[0-9a-f]{16}-01$`));
  });
});
