import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { expect } from 'chai';
import type { Context } from 'koa';
import { z } from 'zod';
import { HostCookie, HostSessionCookie } from '../../access/index.js';
import type { RouteContext, SessionCookie } from '../../api/index.js';
import { checkToken } from '../../http/csrf.js';
import { Koa } from '../../libraries/http.js';
import { shown, startHost, type TestHost } from './test-host.js';

const token = 'a'.repeat(43);

/** A context of koa for a request with these cookies. */
function withCookies(cookie: string): Context {
  const request = new IncomingMessage(new Socket());
  request.headers = { cookie };
  return new Koa().createContext(request, new ServerResponse(request));
}

async function withSessionRoutes(publicUrl: string): Promise<TestHost> {
  const host = await startHost({ publicUrl });
  const cookie: SessionCookie = new HostSessionCookie(publicUrl);
  host.routes.add('notes', '~/notes', (router) => {
    router.post('/in', { access: 'public' }, (ctx) => {
      cookie.set(ctx, 'b'.repeat(43));
      cookie.set(ctx, token);
      ctx.redirectWith('~/notes', 'Welcome & <b>hello</b>.');
    });
    router.post('/out', { access: 'public' }, (ctx) => {
      cookie.clear(ctx);
      ctx.redirectWith('/', '', 'warning');
    });
    router.post('/away', { access: 'public' }, (ctx) => ctx.redirectWith('//evil.example', 'No.'));
    router.get('/', { access: 'public' }, (ctx) =>
      ctx.render('note', { text: ctx.text('portal.save'), url: ctx.url('~/notes/1') }, { title: 'Notes', status: 201 }),
    );
    router.get('/part', { access: 'public' }, (ctx) => ctx.render('note', {}, { layout: 'none' }));
    router.get('/data', { access: 'public', answer: z.object({}) }, (ctx) => {
      ctx.body = {};
    });
  });
  return host;
}

const setCookies = (response: { headers: Record<string, unknown> }): string[] =>
  (response.headers['set-cookie'] ?? []) as string[];

describe('Cookies', () => {
  let host: TestHost;
  before(async () => {
    host = await withSessionRoutes('http://portal.example');
  });
  after(() => host.close());

  it('carry the session out of reach of scripts and other sites', async () => {
    const response = await host.post('/web/home/notes/in');
    expect(setCookies(response)[0]).to.equal(`portico=${token}; path=/; samesite=lax; httponly`);
    expect(setCookies(await host.post('/web/home/notes/out'))).to.deep.equal([
      'portico=; path=/; expires=Thu, 01 Jan 1970 00:00:00 GMT; samesite=lax; httponly',
    ]);
  });

  it('are bound to the host over https, also behind a proxy that speaks http with us', async () => {
    const secure = await withSessionRoutes('https://portal.example');
    const lines = setCookies(await secure.post('/web/home/notes/in'));
    await secure.close();
    expect(lines[0]).to.equal(`__Host-portico=${token}; path=/; samesite=lax; secure; httponly`);
    const [, until = ''] =
      /^__Host-portico-flash=[\w-]+; path=\/; expires=([^;]+); samesite=lax; secure; httponly$/.exec(lines[1] ?? '') ?? [];
    expect(Date.parse(until) - Date.now()).to.be.within(50_000, 61_000);
  });

  it('keep the sentence for the page that a dialog goes to', async () => {
    const response = await host.post('/web/home/notes/in').set('X-Portico-Fragment', '1');
    expect([response.status, response.headers['x-portico-location'], response.headers.location]).to.deep.equal([
      204,
      '/web/home/notes',
      undefined,
    ]);
    expect(setCookies(response)[1]).to.match(/^portico-flash=/);
  });

  it('take nothing that does not fit into one', () => {
    const ctx = { res: {} as ServerResponse } as RouteContext;
    expect(() => new HostSessionCookie('http://x').set(ctx, 'a; Domain=evil.example')).to.throw('base64url');
  });

  it('are found by their whole name', () => {
    const cookie = new HostCookie('portico', 'http://x');
    const read = (header: string): string | undefined => cookie.read(withCookies(header));
    expect(read('a=1; portico=2; portico=3')).to.equal('2');
    expect(read('xportico=1;portico-flash=2; b')).to.equal(undefined);
    expect(read('  portico=4 ')?.trim()).to.equal('4');
    expect(read('a=portico=1')).to.equal(undefined);
    expect(read('')).to.equal(undefined);
  });

  it('of https are not taken from one without the prefix', () => {
    expect(new HostSessionCookie('https://x').read(withCookies(`portico=${token}`))).to.equal(undefined);
  });

  it('show a sentence once, on the next page, as text', async () => {
    const response = await host.post('/web/home/notes/in');
    expect([response.status, response.headers.location]).to.deep.equal([303, '/web/home/notes']);
    const flash = /portico-flash=[^;]+/.exec(setCookies(response)[1] ?? '')?.[0] ?? '';
    for (const path of ['/web/home/notes/data', '/web/home/notes/part']) {
      const other = await host.get(path).set('Cookie', flash);
      expect(setCookies(other), path).to.deep.equal([]);
    }
    const page = await host.get('/web/home/notes?').set('Cookie', flash);
    expect(shown(page).flash).to.deep.equal({ kind: 'success', sentence: 'Welcome & <b>hello</b>.' });
    expect(setCookies(page)).to.deep.equal([
      'portico-flash=; path=/; expires=Thu, 01 Jan 1970 00:00:00 GMT; samesite=lax; httponly',
    ]);
    expect(shown(await host.get('/web/home/notes')).flash).to.equal(undefined);
  });

  it('with a forged sentence show nothing but text of a known kind', async () => {
    const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
    for (const value of [
      '%%%',
      'e30',
      encode(['evil', 'x']),
      encode(['success', { html: 'x' }]),
      encode(null),
      encode('success'),
    ]) {
      const page = await host.get('/web/home/notes').set('Cookie', `portico-flash=${value}`);
      expect([page.status, shown(page).flash], value).to.deep.equal([201, undefined]);
    }
    const page = await host.get('/web/home/notes').set('Cookie', `portico-flash=${encode(['danger', 'x'.repeat(2000)])}`);
    expect(shown(page).flash?.sentence).to.have.length(500);
  });

  it('do not come with a redirect that has nothing to say, and redirects stay on the portal', async () => {
    expect(setCookies(await host.post('/web/home/notes/out'))).to.have.length(1);
    expect((await host.post('/web/home/notes/away')).headers.location).to.equal('/');
  });

  it('leave pages with their words, addresses and state', async () => {
    const page = await host.get('/web/home/notes').set('Cookie', 'portico=author-token');
    expect(page.status).to.equal(201);
    checkToken(shown(page).csrf, 'author-csrf');
    expect(shown(page)).to.deep.include({
      module: 'notes',
      view: 'note',
      model: { text: 'Save', url: '/web/home/notes/1' },
      path: '/web/home/notes',
      query: '',
    });
  });
});
