import { expect } from 'chai';
import supertest from 'supertest';
import { raw, startHost, type TestHost } from './test-host.js';

describe('The guard of the HTTP host', () => {
  let host: TestHost;
  before(async () => {
    host = await startHost({ allowedHosts: ['Intranet.example:8443'], limits: { headerPairs: 30 } });
    host.routes.add('notes', '/notes', (router) => {
      router.get('/', { access: 'public' }, (ctx) => {
        ctx.body = 'notes';
      });
    });
  });
  after(() => host.close());

  it('answers to the public host, to allowed ones and to loopback', async () => {
    for (const name of [
      'portal.example',
      'PORTAL.example',
      'intranet.example:8443',
      `localhost:${host.port}`,
      `[::1]:${host.port}`,
    ]) {
      const { status } = await host.get('/notes').set('Host', name);
      expect(status, name).to.equal(200);
    }
  });

  it('answers 421 to any other host', async () => {
    for (const name of [
      'evil.example',
      `evil.example:${host.port}`,
      'localhost',
      'localhost:1',
      'portal.example.evil.example',
      'portal.example@evil',
    ]) {
      const { status } = await host.get('/notes').set('Host', name);
      expect(status, name).to.equal(421);
    }
  });

  it('refuses methods it does not know, TRACE among them', async () => {
    for (const method of ['TRACE', 'OPTIONS', 'PROPFIND']) {
      const answer = await raw(host.port, `${method} /notes HTTP/1.1\r\nHost: portal.example\r\nConnection: close\r\n\r\n`);
      expect(answer, method).to.match(/^HTTP\/1\.1 405 /);
      expect(answer, method).to.match(/\r\nAllow: GET, HEAD, POST, PUT, PATCH, DELETE\r\n/);
    }
  });

  it('refuses requests with too many headers instead of dropping some', async () => {
    const many = Array.from({ length: 40 }, (_, index) => `X-${index}: y\r\n`).join('');
    const answer = await raw(host.port, `GET /notes HTTP/1.1\r\nHost: portal.example\r\n${many}Connection: close\r\n\r\n`);
    expect(answer).to.match(/^HTTP\/1\.1 431 /);
  });

  it('refuses targets that are no paths or do not decode to text', async () => {
    for (const target of [
      'http://portal.example/notes',
      '/notes/%',
      '/notes/%ff',
      '/notes/%00',
      '/notes/%0d%0a',
      '/notes/%5c..',
      '/notes\\x',
    ]) {
      const answer = await raw(host.port, `GET ${target} HTTP/1.1\r\nHost: portal.example\r\nConnection: close\r\n\r\n`);
      expect(answer, target).to.match(/^HTTP\/1\.1 400 /);
    }
  });

  it('does not climb through dots, encoded or not, and does not fold cases', async () => {
    for (const target of [
      '/x/../notes',
      '/x/%2e%2e/notes',
      '/web/home/../../notes',
      '//notes',
      '/web//notes',
      '/Notes',
      '/notes%2f',
      '/%6eotes',
    ]) {
      const answer = await raw(host.port, `GET ${target} HTTP/1.1\r\nHost: portal.example\r\nConnection: close\r\n\r\n`);
      expect(answer, target).to.match(/^HTTP\/1\.1 404 /);
    }
  });

  it('tells live from ready in one word', async () => {
    expect((await host.get('/health/live')).body).to.deep.equal({ status: 'live' });
    const answers = [];
    for (const state of ['ready', 'degraded', 'not-ready'] as const) {
      host.health.ready = state;
      const { status, body } = await host.get('/health/ready');
      answers.push([status, body]);
    }
    host.health.ready = 'ready';
    expect(answers).to.deep.equal([
      [200, { status: 'ready' }],
      [200, { status: 'degraded' }],
      [503, { status: 'not-ready' }],
    ]);
  });

  it('answers probes whatever host they ask for, or none, and nobody else', async () => {
    for (const path of ['/health/live', '/health/ready?from=probe'])
      for (const head of ['HTTP/1.1\r\nHost: 10.0.0.7:8080', 'HTTP/1.1\r\nHost: evil.example', 'HTTP/1.0', 'HTTP/1.1\r\nHost:']) {
        const answer = await raw(host.port, `GET ${path} ${head}\r\nConnection: close\r\n\r\n`);
        expect(answer, head).to.match(/^HTTP\/1\.1 200 /);
        expect(answer.split('\r\n\r\n')[1], head).to.match(/^\{"status":"(live|ready)"\}$/);
      }
    const page = await raw(host.port, 'GET /notes HTTP/1.0\r\n\r\n');
    expect(page).to.match(/^HTTP\/1\.1 421 /);
    const change = await raw(host.port, 'POST /health/live HTTP/1.0\r\n\r\n');
    expect(change).to.match(/^HTTP\/1\.1 405 /);
  });

  it('refuses a request that names its host twice, the second time in whatever case', async () => {
    for (const [first, second] of [
      ['portal.example', 'evil.example'],
      ['portal.example', 'portal.example'],
    ])
      for (const path of ['/notes', '/health/live']) {
        const answer = await raw(
          host.port,
          `GET ${path} HTTP/1.1\r\nHost: ${first}\r\nhOST: ${second}\r\nConnection: close\r\n\r\n`,
        );
        expect(answer, `${path} ${second}`).to.match(/^HTTP\/1\.1 400 /);
      }
  });

  it('serves through a server of the caller, too', async () => {
    const { status } = await supertest(host.host.callback()).get('/notes');
    expect(status).to.equal(200);
  });
});
