import { expect } from 'chai';
import supertest from 'supertest';
import { z } from 'zod';
import { maskToken } from '../../http/csrf.js';
import { as, startHost, type TestHost } from './test-host.js';

describe('A change', () => {
  let host: TestHost;
  let changes = 0;
  const change = (ctx: { body?: unknown }): void => {
    changes++;
    ctx.body = 'changed';
  };
  before(async () => {
    host = await startHost();
    host.routes.add('notes', '/notes', (router) => {
      router.post('/', { access: 'signed-in', body: z.object({ title: z.string() }) }, change);
      router.post('/nothing', { access: 'signed-in' }, change);
      router.put('/', { access: 'signed-in' }, change);
      router.patch('/', { access: 'signed-in' }, change);
      router.delete('/', { access: 'signed-in' }, change);
      router.post('/open', { access: 'public' }, change);
    });
  });
  beforeEach(() => {
    changes = 0;
  });
  after(() => host.close());

  const plain = (path = '/notes'): supertest.Test => supertest(host.url).post(path);
  const form = { title: 'Lamp', csrf: maskToken('author-csrf') };

  it('is made with the token in a form, in JSON or in the header', async () => {
    const own = (): supertest.Test => plain().set(as('author')).set('Sec-Fetch-Site', 'same-origin');
    expect((await own().type('form').send(form)).status).to.equal(200);
    expect((await own().send(form)).status).to.equal(200);
    expect((await own().set('X-Portico-Csrf', maskToken('author-csrf')).send({ title: 'Lamp' })).status).to.equal(200);
    expect(
      (
        await plain('/notes/nothing')
          .set(as('author'))
          .set('Sec-Fetch-Site', 'same-origin')
          .type('form')
          .send({ csrf: maskToken('author-csrf') })
      ).status,
    ).to.equal(200);
    expect(changes).to.equal(4);
  });

  it('is refused without the token, with another one, and with one of another session', async () => {
    const own = (): supertest.Test => plain().set(as('author')).set('Sec-Fetch-Site', 'same-origin').type('form');
    for (const csrf of [undefined, '', 'author-csrf', ...['author-csrX', 'author-csrf2', 'reader-csrf', ''].map(maskToken)]) {
      const { status, body } = await own()
        .set('Accept', 'application/json')
        .send({ ...form, csrf });
      expect([status, body.error.code], String(csrf)).to.deep.equal([403, 'csrf-invalid']);
    }
    expect((await own().send(`title=Lamp&csrf=${form.csrf}&csrf=${form.csrf}`)).status).to.equal(403);
    expect((await own().set('X-Portico-Csrf', 'wrong').send(form)).status, 'a wrong header beside a right field').to.equal(403);
    expect(changes).to.equal(0);
  });

  it('needs the token whatever the method', async () => {
    for (const method of ['put', 'patch', 'delete'] as const) {
      const send = (): supertest.Test =>
        supertest(host.url)[method]('/notes').set(as('author')).set('Sec-Fetch-Site', 'same-origin');
      expect((await send()).status, method).to.equal(403);
      expect((await send().set('X-Portico-Csrf', maskToken('author-csrf'))).status, method).to.equal(200);
    }
    expect(changes).to.equal(3);
  });

  it('does not come from another site', async () => {
    for (const [header, value] of [
      ['Sec-Fetch-Site', 'cross-site'],
      ['Sec-Fetch-Site', 'same-site'],
      ['Origin', 'http://evil.example'],
      ['Origin', 'null'],
      ['Origin', 'https://portal.example'],
      ['Origin', 'http://portal.example:81'],
    ] as const) {
      const { status, text } = await plain().set(as('author')).set(header, value).set('Accept', 'application/json').send(form);
      expect(status, value).to.equal(403);
      expect(text, value).to.contain('other-origin');
      expect((await plain('/notes/open').set(header, value)).status, `${value}, as a guest`).to.equal(403);
    }
    expect(
      (await plain().set(as('author')).set('Sec-Fetch-Site', 'cross-site').set('Origin', 'http://portal.example').send(form))
        .status,
    ).to.equal(403);
    expect(changes).to.equal(0);
  });

  it('comes from the public address or from loopback, as the Origin says', async () => {
    for (const origin of ['http://portal.example', host.url]) {
      expect((await plain().set(as('author')).set('Origin', origin).send(form)).status, origin).to.equal(200);
    }
  });

  it('without a word about its origin is made by nobody who has a session', async () => {
    expect((await plain().set(as('author')).send(form)).status).to.equal(403);
    expect((await plain('/notes/open').set('Cookie', 'portico=expired-token')).status).to.equal(403);
    expect((await plain('/notes/open')).status).to.equal(200);
    expect(changes).to.equal(1);
  });
});
