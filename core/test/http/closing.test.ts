import { connect } from 'node:net';
import { expect } from 'chai';
import { eventually, raw, startHost, type TestHost } from './test-host.js';

describe('Closing the host', () => {
  let host: TestHost;
  let finish: () => void;
  beforeEach(async () => {
    host = await startHost();
    const finished = new Promise<void>((resolve) => {
      finish = resolve;
    });
    host.routes.add('notes', '/notes', (router) => {
      router.get('/', { access: 'public' }, () => finished.then(() => undefined));
      router.get('/slow', { access: 'public' }, async (ctx) => {
        await finished;
        ctx.body = 'slow';
      });
    });
  });

  it('lets running requests end and takes no new ones', async () => {
    const running = raw(host.port, 'GET /notes/slow HTTP/1.1\r\nHost: portal.example\r\n\r\n');
    await eventually(() => host.inside.get('notes') === 1);
    const closed = host.host.close(10_000);
    const refused = await raw(host.port, 'GET /notes HTTP/1.1\r\nHost: portal.example\r\n\r\n').catch((error) => error.code);
    expect(refused).to.equal('ECONNREFUSED');
    finish();
    const answer = await running;
    expect(answer)
      .to.match(/^HTTP\/1\.1 200 /)
      .and.to.match(/slow$/)
      .and.to.match(/\r\nConnection: close\r\n/i);
    await closed;
  });

  it('drops idle connections at once', async () => {
    const idle = connect(host.port, '127.0.0.1');
    const gone = new Promise((resolve) => idle.once('close', resolve));
    idle.write('GET /health/live HTTP/1.1\r\nHost: portal.example\r\n\r\n');
    await new Promise((resolve) => idle.once('data', resolve));
    await host.host.close(10_000);
    await gone;
  });

  it('cuts off what is still running after the grace', async () => {
    const running = raw(host.port, 'GET /notes/slow HTTP/1.1\r\nHost: portal.example\r\n\r\n');
    await eventually(() => host.inside.get('notes') === 1);
    await host.host.close(20);
    expect(await running).to.equal('');
    finish();
    await eventually(() => host.inside.get('notes') === 0);
  });

  it('may be asked for twice, and without having listened', async () => {
    await host.host.close(0);
    await host.host.close(0);
  });
});
