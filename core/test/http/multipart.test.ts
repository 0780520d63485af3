import { connect, type Socket } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { setTimeout as pause } from 'node:timers/promises';
import { expect } from 'chai';
import type supertest from 'supertest';
import { z } from 'zod';
import type { PortalError } from '../../api/index.js';
import { maskToken } from '../../http/csrf.js';
import { as, eventually, raw, startHost, type TestHost } from './test-host.js';

const boundary = 'portico-boundary';
const head = (path: string, length: number | 'chunked', extra = ''): string =>
  `POST ${path} HTTP/1.1\r\nHost: portal.example\r\nSec-Fetch-Site: same-origin\r\nCookie: portico=author-token\r\nAccept: application/json\r\n` +
  `Content-Type: multipart/form-data; boundary=${boundary}\r\n${extra}${length === 'chunked' ? 'Transfer-Encoding: chunked' : `Content-Length: ${length}`}\r\n\r\n`;
const field = (name: string, value: string): string =>
  `--${boundary}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`;
const file = (name: string, content: string): string =>
  `--${boundary}\r\nContent-Disposition: form-data; name="${name}"; filename="${name}.txt"\r\nContent-Type: text/plain\r\n\r\n${content}\r\n`;
const end = `--${boundary}--\r\n`;
const token = field('csrf', maskToken('author-csrf'));

describe('A multipart body', () => {
  let host: TestHost;
  let received: string[] = [];
  let outcome: unknown;
  before(async () => {
    host = await startHost({
      limits: { partFields: 3, partFieldBytes: 100, bodyIdleMillis: 200, lingerMillis: 300, lingerBytes: 1024 * 1024 },
    });
    host.routes.add('files', '/files', (router) => {
      const declaration = {
        access: 'signed-in',
        multipart: { maxFiles: 2, maxFileBytes: 300_000 },
        answer: z.array(z.string()),
      } as const;
      router.post('/', declaration, async (ctx) => {
        try {
          for await (const part of ctx.parts()) {
            if (part.kind === 'field') received.push(`${part.name}=${part.value}`);
            else received.push(`${part.name}:${part.fileName}:${part.mimeType}:${(await buffer(part.content)).length}`);
          }
        } catch (error) {
          outcome = error;
          throw error;
        }
        ctx.body = received;
      });
      router.post('/names', declaration, async (ctx) => {
        for await (const part of ctx.parts()) received.push(part.name);
        ctx.body = received;
      });
      router.post('/first', declaration, async (ctx) => {
        for await (const part of ctx.parts()) {
          received.push(part.name);
          break;
        }
        ctx.body = received;
      });
      router.post('/ignored', declaration, (ctx) => {
        ctx.body = 'ignored';
      });
      router.post('/destroyed', declaration, async (ctx) => {
        for await (const part of ctx.parts()) {
          received.push(part.name);
          if (part.kind === 'file') part.content.destroy();
        }
        ctx.body = received;
      });
      router.post('/undeclared', { access: 'signed-in' }, (ctx) => {
        ctx.parts();
      });
    });
  });
  beforeEach(() => {
    received = [];
    outcome = undefined;
  });
  after(() => host.close());

  const upload = (path = '/files'): supertest.Test => host.post(path, 'author').set('Accept', 'application/json');
  const sent = (path: string, body: string, until = '\r\n\r\n'): Promise<string> =>
    raw(host.port, head(path, Buffer.byteLength(body)) + body, until);

  it('undoes the three escapes that browsers make in names of files, and no other', async () => {
    const named = (name: string): string =>
      `--${boundary}\r\nContent-Disposition: form-data; name="file"; filename="${name}"\r\nContent-Type: image/png\r\n\r\nx\r\n`;
    const body = `${token}${named('say %22hi%22.png')}${named('50%25 %41 %0D%0A%E4.png')}${end}`;
    await sent('/files', body);
    expect(received).to.deep.equal(['file:say "hi".png:image/png:1', 'file:50%25 %41 \r\n%E4.png:image/png:1']);
  });

  it('comes part by part, in order', async () => {
    const { body } = await upload()
      .field('title', 'Lämp')
      .attach('one', Buffer.alloc(200_000), 'a.txt')
      .attach('two', Buffer.from('x'), '../../b.png');
    expect(body).to.deep.equal(['title=Lämp', 'one:a.txt:text/plain:200000', 'two:b.png:image/png:1']);
  });

  it("brings the token in a field before the first file, which is then nobody else's", async () => {
    expect(await sent('/files', field('title', 'a') + token + file('one', 'x') + end, ']')).to.match(/^HTTP\/1\.1 200 /);
    expect(received).to.deep.equal(['title=a', 'one:one.txt:text/plain:1']);
  });

  it('does not show the token to handlers when the header brings it already', async () => {
    const { body } = await upload()
      .field('csrf', maskToken('author-csrf'))
      .field('title', 'a')
      .attach('one', Buffer.from('x'), 'a.txt');
    expect(body).to.deep.equal(['title=a', 'one:a.txt:text/plain:1']);
  });

  it('without the token, or with it too late or wrong, does not reach the handler', async () => {
    for (const body of [
      file('one', 'x') + end,
      file('one', 'x') + token + end,
      field('csrf', 'wrong') + file('one', 'x') + end,
      field('a', 'b') + end,
      end,
    ]) {
      expect(await sent('/files', body)).to.match(/^HTTP\/1\.1 403 /);
    }
    expect(received).to.deep.equal([]);
  });

  it('without the token is refused before it has arrived', async () => {
    expect(await raw(host.port, head('/files', 200_000) + file('one', 'x'.repeat(100_000)), '\r\n\r\n')).to.match(
      /^HTTP\/1\.1 403 /,
    );
  });

  it('ends with too-large at a file over the limit, in the stream and in the loop', async () => {
    const { status, body } = await upload().attach('one', Buffer.alloc(300_001), 'a.txt');
    expect([status, body.error.code, body.error.message]).to.deep.equal([413, 'too-large', 'The file is larger than 292 kB.']);
    expect((outcome as PortalError).code).to.equal('too-large');
    expect((await upload().attach('one', Buffer.alloc(300_000), 'a.txt')).status).to.equal(200);
  });

  it('ends when there are too many files, too many fields, or too long ones', async () => {
    const three = await upload()
      .attach('a', Buffer.from('x'), 'a')
      .attach('b', Buffer.from('x'), 'b')
      .attach('c', Buffer.from('x'), 'c');
    expect([three.status, three.body.error.code]).to.deep.equal([413, 'too-many-parts']);
    const four = await upload().field('a', '1').field('b', '1').field('c', '1').field('d', '1');
    expect([four.status, four.body.error.code]).to.deep.equal([413, 'too-many-parts']);
    expect((await upload().field('a', 'x'.repeat(101))).status).to.equal(413);
    expect((await upload().field('n'.repeat(300), 'x')).status).to.equal(400);
  });

  it('must be one, and well-formed', async () => {
    expect((await upload().send({ a: 1 })).status).to.equal(415);
    expect((await upload().set('Content-Type', 'multipart/form-data').send('x')).status).to.equal(400);
    expect(await sent('/files', `${token}${file('one', 'x')}`)).to.match(/^HTTP\/1\.1 400 /);
    expect((await upload('/files/undeclared')).status).to.equal(500);
  });

  it('may be left unread, in part or as a whole, and the connection lives on', async () => {
    const big = 'x'.repeat(250_000);
    for (const [path, answer] of [
      ['/files/first', '["one"]'],
      ['/files/ignored', 'ignored'],
      ['/files/names', '["one","two"]'],
      ['/files/destroyed', '["one","two"]'],
    ] as const) {
      received = [];
      const body = token + file('one', big) + file('two', big) + end;
      const next = 'GET /health/live HTTP/1.1\r\nHost: portal.example\r\n\r\n';
      const both = await raw(host.port, head(path, body.length) + body + next, '{"status":"live"}');
      expect(both, path).to.contain(answer).and.to.contain('{"status":"live"}');
    }
    await eventually(() => host.inside.get('files') === 0);
  });

  it('that nobody wants is not read for ever', async () => {
    const socket = connect(host.port, '127.0.0.1');
    socket.on('error', () => undefined);
    const closed = new Promise((resolve) => socket.once('close', resolve));
    socket.write(head('/files/ignored', 100_000_000) + token + file('one', 'x'));
    const feed = setInterval(() => socket.write('x'.repeat(64 * 1024)), 5);
    await closed;
    clearInterval(feed);
    expect(socket.bytesWritten).to.be.lessThan(50_000_000);
  });

  it('ends with upload-aborted when the client leaves', async () => {
    const errors = (): number => host.log.filter(({ level }) => level === 'error').length;
    const before = errors();
    const socket: Socket = connect(host.port, '127.0.0.1');
    socket.write(`${head('/files', 200_000)}${token}${field('a', 'b')}${file('one', 'x'.repeat(50_000)).slice(0, -2)}`);
    await eventually(() => received.length > 0);
    socket.destroy();
    await eventually(() => outcome !== undefined && host.inside.get('files') === 0);
    expect((outcome as PortalError).code).to.equal('upload-aborted');
    expect(errors()).to.equal(before);
  });

  it('ends with request-timeout when it stands still, but may take its time while it moves', async () => {
    const body = token + file('one', 'x'.repeat(1000)) + end;
    const slow = connect(host.port, '127.0.0.1');
    let answer = '';
    slow.on('data', (chunk) => {
      answer += chunk.toString();
    });
    slow.write(head('/files', body.length));
    const step = Math.ceil(body.length / 5);
    for (let at = 0; at < body.length; at += step) {
      slow.write(body.slice(at, at + step));
      await pause(100);
    }
    await eventually(() => answer.includes(']'));
    slow.destroy();
    expect(answer).to.match(/^HTTP\/1\.1 200 /);
    expect(await raw(host.port, head('/files', body.length) + body.slice(0, -20), '\r\n\r\n')).to.match(/^HTTP\/1\.1 408 /);
  });

  it('is not touched for a guest', async () => {
    const { status } = await host.post('/files').set('Accept', 'application/json').attach('one', Buffer.alloc(10), 'a');
    expect(status).to.equal(401);
    expect(
      (await host.post('/files').set(as('reader')).set('Accept', 'application/json').attach('one', Buffer.alloc(10), 'a')).status,
    ).to.equal(403);
    expect(received).to.deep.equal([]);
  });
});
