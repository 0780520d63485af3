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

  it('tells live from ready', async () => {
    expect((await host.get('/health/live')).body).to.deep.equal({ status: 'live' });
    expect((await host.get('/health/ready')).body).to.deep.equal({ status: 'ready', reasons: [] });
    host.health.ok = false;
    const { status, body } = await host.get('/health/ready');
    expect([status, body]).to.deep.equal([503, { status: 'not-ready', reasons: ['the portal closes'] }]);
  });

  it('serves through a server of the caller, too', async () => {
    const { status } = await supertest(host.host.callback()).get('/notes');
    expect(status).to.equal(200);
  });
});
