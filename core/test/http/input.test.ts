import { connect } from 'node:net';
import { expect } from 'chai';
import { z } from 'zod';
import { eventually, raw, startHost, type TestHost } from './test-host.js';

const shown = { access: 'public', answer: z.unknown() } as const;

describe('The input of a route', () => {
  let host: TestHost;
  before(async () => {
    host = await startHost({ limits: { bodyBytes: 2000, bodyMillis: 300 } });
    host.routes.add('notes', '/notes', (router) => {
      const answer = (ctx: { input: unknown; body?: unknown }): void => {
        ctx.body = ctx.input as object;
      };
      const page = z.object({
        start: z.coerce.number().int().min(1).default(1),
        tag: z.union([z.string(), z.array(z.string())]).optional(),
      });
      router.get('/', { ...shown, query: page }, answer);
      router.get('/plain', { ...shown }, answer);
      router.get('/once', { ...shown, query: z.object({ id: z.string() }) }, answer);
      router.get('/:id', { ...shown, params: z.object({ id: z.uuid('This is no note.') }) }, answer);
      const note = z.object({
        title: z.string().min(1, 'Enter a title.').max(20),
        count: z.coerce.number().optional(),
      });
      router.post('/', { ...shown, body: note }, answer);
      router.post('/plain', { ...shown }, answer);
      router.post('/loose', { ...shown, body: z.looseObject({}) }, answer);
      router.post('/refined', { ...shown, body: z.object({ a: z.string() }).refine(({ a }) => a !== 'b', 'Not b.') }, answer);
      router.post(
        '/either',
        {
          ...shown,
          body: z.discriminatedUnion('kind', [
            z.object({ kind: z.literal('a') }),
            z.object({ kind: z.literal('b'), b: z.string() }),
          ]),
        },
        answer,
      );
    });
  });
  after(() => host.close());

  const json = (path: string) => host.get(path).set('Accept', 'application/json');
  const send = (path = '/notes') => host.post(path).set('Accept', 'application/json');
  const fields = (body: { error: { fields: unknown } }): unknown => body.error.fields;

  it('is what the schema makes of it', async () => {
    expect((await json('/notes?start=3')).body).to.deep.equal({ params: {}, query: { start: 3 } });
    expect((await json('/notes')).body.query).to.deep.equal({ start: 1 });
    const id = '0190b6a0-0000-7000-8000-000000000000';
    expect((await json(`/notes/${id}`)).body).to.deep.equal({ params: { id }, query: {} });
    expect((await send().type('form').send('title=Lamp+1&count=2')).body.body).to.deep.equal({ title: 'Lamp 1', count: 2 });
    expect((await send().send({ title: 'Lämp' })).body.body).to.deep.equal({ title: 'Lämp' });
  });

  it('has unknown keys refused by name, in query, form and JSON', async () => {
    const expected = { other: 'This is not expected here.' };
    expect(fields((await json('/notes?start=1&other=2').expect(400)).body)).to.deep.equal(expected);
    expect(fields((await send().type('form').send('title=a&other=2').expect(400)).body)).to.deep.equal(expected);
    expect(fields((await send().send({ title: 'a', other: 2 }).expect(400)).body)).to.deep.equal(expected);
    expect(fields((await send('/notes/refined').send({ a: 'a', other: 2 }).expect(400)).body)).to.deep.equal(expected);
    expect(fields((await send('/notes/either').send({ kind: 'a', other: 2 }).expect(400)).body)).to.deep.equal(expected);
    expect((await send('/notes/loose').send({ any: 1 }).expect(200)).body.body).to.deep.equal({ any: 1 });
  });

  it('must be empty where nothing is declared', async () => {
    await json('/notes/plain').expect(200);
    await json('/notes/plain?').expect(200);
    expect(fields((await json('/notes/plain?x').expect(400)).body)).to.deep.equal({ x: 'This is not expected here.' });
    await send('/notes/plain').expect(200);
    await send('/notes/plain').send({ x: 1 }).expect(400);
  });

  it('takes repeated keys only where a list is expected', async () => {
    expect((await json('/notes?tag=a&tag=b')).body.query.tag).to.deep.equal(['a', 'b']);
    const { body } = await json('/notes/once?id=1&id=2').expect(400);
    expect(fields(body)).to.deep.equal({ id: 'This may be given only once.' });
  });

  it("says one sentence per field, the schema's own where it has one", async () => {
    const { body } = await send().send({ title: '', count: 'x' }).expect(400);
    expect(body.error).to.include({ code: 'invalid-input', message: 'Some fields need your attention.' });
    expect(fields(body)).to.deep.equal({ title: 'Enter a title.', count: 'This value is not valid.' });
    expect(fields((await send().send({ title: 'x'.repeat(21) })).body)).to.deep.equal({ title: 'Enter at most 20 characters.' });
    expect(fields((await json('/notes/once')).body)).to.deep.equal({ id: 'This is required.' });
    expect(fields((await json('/notes/1')).body)).to.deep.equal({ id: 'This is no note.' });
    expect(fields((await json('/notes?start=0')).body)).to.deep.equal({ start: 'This must be at least 1.' });
  });

  it('cannot reach a prototype', async () => {
    for (const key of ['__proto__', 'constructor', 'toString', 'hasOwnProperty']) {
      await json(`/notes?${key}=1`).expect(400);
      await json(`/notes/plain?${key}=1`).expect(400);
      await send().type('form').send(`title=a&${key}=1`).expect(400);
      await send().set('Content-Type', 'application/json').send(`{"title":"a","${key}":{"polluted":true}}`).expect(400);
    }
    const { body } = await send('/notes/loose').set('Content-Type', 'application/json').send('{"__proto__":{"polluted":true}}');
    expect(body.body).to.deep.equal({});
    expect(({} as { polluted?: boolean }).polluted).to.equal(undefined);
  });

  it('is refused with 415 when it is of another type, and read by nobody', async () => {
    for (const type of ['text/plain', 'application/xml', 'multipart/form-data; boundary=x', 'application/jsonx']) {
      await send().set('Content-Type', type).send('title=a').expect(415);
    }
    await send().set('Content-Type', 'application/json').set('Content-Encoding', 'gzip').send('{}').expect(415);
  });

  it('is refused with 413 when it is too large, announced or not', async () => {
    const { body } = await send()
      .send({ title: 'x'.repeat(3000) })
      .expect(413);
    expect(body.error).to.include({ code: 'too-large', message: 'The request is larger than 1 kB.' });
    const chunk = `bb8\r\n${'x'.repeat(3000)}\r\n`;
    const head =
      'POST /notes HTTP/1.1\r\nHost: portal.example\r\nSec-Fetch-Site: same-origin\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n';
    expect(await raw(host.port, head + chunk, '\r\n\r\n')).to.match(/^HTTP\/1\.1 413 /);
    await send().type('form').send('title=a&'.repeat(200)).expect(400);
  });

  it('is refused when it is not what it says', async () => {
    for (const text of ['{', '[]', 'null', '"text"', '1']) {
      const { body } = await send().set('Content-Type', 'application/json').send(text).expect(400);
      expect(body.error.code, text).to.equal('bad-request');
    }
    const head =
      'POST /notes HTTP/1.1\r\nHost: portal.example\r\nSec-Fetch-Site: same-origin\r\nContent-Type: application/json\r\nContent-Length: 1\r\nConnection: close\r\n\r\n';
    expect(await raw(host.port, `${head}{`)).to.match(/^HTTP\/1\.1 400 /);
  });

  it('is not waited for for ever', async () => {
    const head =
      'POST /notes HTTP/1.1\r\nHost: portal.example\r\nSec-Fetch-Site: same-origin\r\nContent-Type: application/json\r\nContent-Length: 10\r\n\r\n{';
    expect(await raw(host.port, head, '\r\n\r\n')).to.match(/^HTTP\/1\.1 408 /);
  });

  it('is dropped without an error when its client leaves half-way', async () => {
    const lines = host.log.length;
    const socket = connect(host.port, '127.0.0.1');
    socket.write(
      'POST /notes HTTP/1.1\r\nHost: portal.example\r\nSec-Fetch-Site: same-origin\r\nContent-Type: application/json\r\nContent-Length: 10\r\n\r\n{',
    );
    await eventually(() => host.inside.get('notes') === 1);
    socket.destroy();
    await eventually(() => host.inside.get('notes') === 0);
    expect(host.log.slice(lines).filter(({ level }) => level === 'error')).to.deep.equal([]);
  });
});
