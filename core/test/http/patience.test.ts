import { connect } from 'node:net';
import { Readable } from 'node:stream';
import { expect } from 'chai';
import { eventually, raw, startHost, type TestHost } from './test-host.js';

describe('The patience of the host', () => {
  let host: TestHost;
  let destroyed = false;
  before(async () => {
    host = await startHost({ trustedProxies: 1, limits: { headerMillis: 100, connectionIdleMillis: 700 } });
    host.routes.add('notes', '/notes', (router) => {
      router.get('/endless', { access: 'public' }, (ctx) => {
        ctx.body = new Readable({
          read() {
            this.push(Buffer.alloc(64 * 1024));
          },
          destroy(error, done) {
            destroyed = true;
            done(error);
          },
        });
      });
      router.get('/address', { access: 'public' }, (ctx) => {
        ctx.body = ctx.ip;
      });
    });
  });
  after(() => host.close());

  it('ends with headers that do not come to an end', async () => {
    expect(await raw(host.port, 'GET /notes HTTP/1.1\r\nHost: portal.example\r\nX-A: ')).to.match(/^HTTP\/1\.1 408 /);
  });

  it('ends with a client that does not read what it asked for', async () => {
    const errors = host.log.filter(({ level }) => level === 'error').length;
    const socket = connect(host.port, '127.0.0.1');
    socket.on('error', () => undefined);
    socket.pause();
    socket.write('GET /notes/endless HTTP/1.1\r\nHost: portal.example\r\n\r\n');
    await eventually(() => host.inside.get('notes') === 1);
    await eventually(() => destroyed && host.inside.get('notes') === 0);
    socket.destroy();
    expect(host.log.filter(({ level }) => level === 'error')).to.have.length(errors);
  });

  it('goes by the address that the trusted proxy saw, not by what the client claims', async () => {
    const seen = async (forwarded: string): Promise<string> =>
      (await host.get('/notes/address').set('X-Forwarded-For', forwarded)).text;
    expect(await seen('1.1.1.1, 203.0.113.7')).to.equal('203.0.113.7');
    expect(await seen('203.0.113.7, 198.51.100.2')).to.equal('198.51.100.2');
    for (let count = 0; count < 2; count += 1) {
      expect(await seen('::ffff:203.0.113.7')).to.equal('203.0.113.7');
      expect(await seen('2001:DB8::1')).to.equal('2001:db8::1');
      for (const none of ['no address', '1.2.3', '9'.repeat(1000), '']) expect(await seen(none)).to.equal('127.0.0.1');
    }
  });
});
