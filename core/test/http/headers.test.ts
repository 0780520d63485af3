import { expect } from 'chai';
import type { Router } from '../../api/index.js';
import { as, shown, startHost, type TestHost } from './test-host.js';

const routes = (router: Router): void => {
  router.get('/', { access: 'public' }, (ctx) => ctx.render('note'));
  router.get('/mine', { access: 'signed-in' }, (ctx) => ctx.render('note'));
  router.get('/file', { access: 'signed-in' }, (ctx) => {
    ctx.set('Cache-Control', 'private, no-cache');
    ctx.set('Content-Security-Policy', 'sandbox');
    ctx.body = 'file';
  });
};

describe('The headers of an answer', () => {
  let host: TestHost;
  before(async () => {
    host = await startHost();
    host.routes.add('notes', '/notes', routes);
  });
  after(() => host.close());

  it('keep a page to its own origin', async () => {
    const response = await host.get('/notes');
    const { nonce } = shown(response);
    expect(response.headers).to.include({
      'content-security-policy': `default-src 'self';object-src 'none';base-uri 'none';frame-ancestors 'self';form-action 'self';img-src 'self' data: blob:;style-src 'self' 'nonce-${nonce}';script-src 'self' 'nonce-${nonce}'`,
      'x-content-type-options': 'nosniff',
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
      'referrer-policy': 'same-origin',
      'x-frame-options': 'SAMEORIGIN',
    });
    expect(response.headers).not.to.have.property('strict-transport-security');
    expect(response.headers).not.to.have.property('x-powered-by');
  });

  it('are this set and no other', async () => {
    const policy =
      "default-src 'self';object-src 'none';base-uri 'none';frame-ancestors 'self';form-action 'self';img-src 'self' data: blob:;style-src 'self';script-src 'self'";
    const expected = {
      'content-security-policy': policy,
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
      'origin-agent-cluster': '?1',
      'permissions-policy': 'camera=(), geolocation=(), microphone=()',
      'referrer-policy': 'same-origin',
      'x-content-type-options': 'nosniff',
      'x-dns-prefetch-control': 'off',
      'x-download-options': 'noopen',
      'x-frame-options': 'SAMEORIGIN',
      'x-permitted-cross-domain-policies': 'none',
      'x-xss-protection': '0',
    };
    const aboutTheAnswer = new Set([
      'content-type',
      'content-length',
      'cache-control',
      'date',
      'connection',
      'keep-alive',
      'vary',
      // Another one in each answer: see what goes wrong.
      'traceparent',
    ]);
    const secure = await startHost({ publicUrl: 'https://portal.example' });
    for (const [one, more] of [
      [host, {}],
      [secure, { 'strict-transport-security': 'max-age=31536000' }],
    ] as const) {
      for (const path of ['/health/live', '/nowhere']) {
        const { headers } = await one.get(path).set('Accept', 'application/json');
        const secured = Object.entries(headers).filter(([name]) => !aboutTheAnswer.has(name));
        expect(Object.fromEntries(secured), path).to.deep.equal({ ...expected, ...more });
      }
    }
    await secure.close();
  });

  it('have a new nonce for every page', async () => {
    const nonces = await Promise.all([1, 2, 3].map(async () => shown(await host.get('/notes')).nonce));
    expect(new Set(nonces).size).to.equal(3);
    expect(nonces[0]).to.match(/^[\w+/]{22}==$/);
  });

  it('are on assets and errors, too', async () => {
    for (const path of ['/assets/x/1/a.js', '/nowhere', '/health/live']) {
      const { headers } = await host.get(path);
      expect(headers, path).to.include({ 'x-content-type-options': 'nosniff', 'x-frame-options': 'SAMEORIGIN' });
      expect(headers['content-security-policy'], path).to.contain("object-src 'none'");
    }
  });

  it('keep what needs a session out of caches, unless the handler knows better', async () => {
    expect((await host.get('/notes')).headers['cache-control']).to.equal('no-cache');
    expect((await host.get('/notes').set(as('author'))).headers['cache-control']).to.equal('no-store');
    expect((await host.get('/notes/mine').set(as('author'))).headers['cache-control']).to.equal('no-store');
    const file = await host.get('/notes/file').set(as('author'));
    expect(file.headers).to.include({ 'cache-control': 'private, no-cache', 'content-security-policy': 'sandbox' });
  });

  it('pin https where people come by https', async () => {
    const secure = await startHost({ publicUrl: 'https://portal.example' });
    const { headers } = await secure.get('/nowhere');
    await secure.close();
    expect(headers['strict-transport-security']).to.equal('max-age=31536000');
  });
});
