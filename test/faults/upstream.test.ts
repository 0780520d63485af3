import type { Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { expect } from 'chai';
import sharp from 'sharp';
import { type ImagePlace, startImagePlace } from './image-place.js';
import { answerOf, headOf, RawUpstream, type Reply, reply } from './raw-upstream.js';

/** Long enough for a busy machine to have sent the request. */
const answerMillis = 1500;
const mebibyte = 1024 * 1024;

/** Writes for as long as somebody reads, up to a number of pieces. */
async function flood(socket: Socket, piece: Buffer, times: number): Promise<void> {
  const gone = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  for (let time = 0; time < times && !socket.destroyed; time += 1) {
    await Promise.race([gone, new Promise<void>((resolve) => socket.write(piece, () => resolve()))]);
  }
}

const begun = (length?: number, more?: string): string => headOf('200 OK', length, more);
const gzip = 'Content-Type: application/json\r\nContent-Encoding: gzip\r\n';
const chunked = 'Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n';

interface Row {
  readonly does: string;
  readonly code: string;
  readonly reply: (body: string) => Reply;
}

const rows: readonly Row[] = [
  { does: 'says nothing', code: 'timed-out', reply: () => () => {} },
  { does: 'stops in the status line', code: 'timed-out', reply: () => (socket) => void socket.write('HTTP/1.1 20') },
  {
    does: 'stops in the headers',
    code: 'timed-out',
    reply: () => (socket) => void socket.write('HTTP/1.1 200 OK\r\nContent-Ty'),
  },
  { does: 'stops after the headers', code: 'timed-out', reply: (body) => (socket) => void socket.write(begun(body.length)) },
  {
    does: 'stops in the body',
    code: 'timed-out',
    reply: (body) => (socket) => void socket.write(begun(body.length) + body.slice(0, body.length >> 1)),
  },
  {
    does: 'sends byte by byte',
    code: 'timed-out',
    reply: (body) => async (socket) => {
      socket.setNoDelay();
      for (const character of begun(body.length) + body) {
        if (socket.destroyed) return;
        socket.write(character);
        await delay(5);
      }
    },
  },
  {
    does: 'sends headers without end',
    code: 'connection-error',
    reply: () => (socket) => flood(socket, Buffer.from('X-A: '.padEnd(65_536, 'b')), 64),
  },
  { does: 'resets before the headers', code: 'connection-error', reply: () => (socket) => void socket.resetAndDestroy() },
  { does: 'closes before the headers', code: 'connection-error', reply: () => (socket) => void socket.end() },
  {
    does: 'resets in the body',
    code: 'connection-error',
    reply: (body) => (socket) => void socket.write(begun(body.length) + body.slice(0, 900), () => socket.resetAndDestroy()),
  },
  {
    does: 'closes in the body',
    code: 'connection-error',
    reply: (body) => (socket) => void socket.end(begun(body.length) + body.slice(0, body.length >> 1)),
  },
  {
    does: 'closes between two chunks',
    code: 'connection-error',
    reply: (body) => (socket) => {
      const half = body.slice(0, body.length >> 1);
      socket.end(`${begun(undefined, chunked)}${half.length.toString(16)}\r\n${half}\r\n`);
    },
  },
  {
    does: 'speaks another protocol',
    code: 'connection-error',
    reply: () => (socket) => void socket.end('220 mail.example ESMTP\r\n'),
  },
  {
    does: 'redirects',
    code: 'invalid-response',
    reply: () => reply('{}', '307 Temporary Redirect', 'Location: /v1/elsewhere\r\n'),
  },
  {
    does: 'sends a page',
    code: 'invalid-response',
    reply: () => reply('<title>Sign in</title>', '200 OK', 'Content-Type: text/html\r\n'),
  },
  { does: 'sends a page without a type', code: 'invalid-response', reply: () => reply('<title>Sign in</title>', '200 OK', '') },
  { does: 'sends nothing', code: 'invalid-response', reply: () => reply('') },
  { does: 'sends half of a JSON text', code: 'invalid-response', reply: (body) => reply(body.slice(0, body.length >> 1)) },
  {
    does: 'sends half of an image',
    code: 'invalid-response',
    reply: (body) =>
      reply(body.replace(/"b64_json":"([^"]+)"/, (_, text: string) => `"b64_json":"${text.slice(0, (text.length >> 3) * 4)}"`)),
  },
  {
    does: 'sends a letter in place of an image',
    code: 'invalid-response',
    reply: () => reply(answerOf(Buffer.from('Dear Sir or Madam'.repeat(9000)))),
  },
  {
    does: 'sends an unknown encoding',
    code: 'invalid-response',
    reply: (body) => reply(body, '200 OK', `${gzip.replace('gzip', 'rot13')}`),
  },
  { does: 'sends gzip that is none', code: 'invalid-response', reply: (body) => reply(body, '200 OK', gzip) },
  {
    does: 'sends 200 MiB',
    code: 'invalid-response',
    reply: () => async (socket) => {
      socket.write(`${begun(200 * mebibyte)}{"data":[{"b64_json":"`);
      await flood(socket, Buffer.alloc(mebibyte, 0x41), 200);
    },
  },
  {
    does: 'sends 200 MiB of white space',
    code: 'invalid-response',
    reply: () => async (socket) => {
      socket.write(`${begun(200 * mebibyte)}{`);
      await flood(socket, Buffer.alloc(mebibyte, 0x20), 200);
    },
  },
  {
    does: 'sends 200 MiB that begin like an image',
    code: 'invalid-response',
    reply: (body) => async (socket) => {
      socket.write(`${begun(200 * mebibyte)}${body.slice(0, 2000)}`);
      await flood(socket, Buffer.alloc(mebibyte, 0x41), 200);
    },
  },
  {
    does: 'sends a gzip bomb',
    code: 'invalid-response',
    reply: () => reply(gzipSync(Buffer.alloc(200 * mebibyte, 0x41)), '200 OK', gzip),
  },
  {
    does: 'fails with 100 MiB',
    code: 'bad-request',
    reply: () => async (socket) => {
      socket.write(headOf('400 Bad Request', 100 * mebibyte));
      await flood(socket, Buffer.alloc(mebibyte, 0x41), 100);
    },
  },
];

describe('an images API that misbehaves on the line', function () {
  this.timeout(60_000);
  let upstream: RawUpstream;
  let patient: ImagePlace;
  let impatient: ImagePlace;
  let body: string;
  before(async () => {
    upstream = await RawUpstream.start();
    patient = await startImagePlace(upstream.url, { retries: 0 });
    impatient = await startImagePlace(upstream.url, { answerMillis, retries: 0 });
    const pixels = { width: 1024, height: 1024, channels: 3, noise: { type: 'gaussian', mean: 128, sigma: 30 } } as const;
    body = answerOf(
      await sharp({ create: { ...pixels, background: '#000' } })
        .png()
        .toBuffer(),
    );
  });
  beforeEach(() => {
    upstream.prompts.length = 0;
  });
  after(async () => {
    await patient.portal.stop();
    await impatient.portal.stop();
    await upstream.close();
  });

  for (const { does, code, reply: make } of rows) {
    it(`is asked once, and given up, when it ${does}`, async () => {
      upstream.when(`it ${does}`, make(body));
      const { client } = code === 'timed-out' ? impatient : patient;
      const generation = await client.settled(await client.create(`it ${does}`));
      expect([generation.state, generation.problem?.code, generation.images.length]).to.deep.equal(['failed', code, 0]);
      expect(upstream.prompts).to.deep.equal([`it ${does}`]);
      for (let turn = 0; turn < 500 && upstream.connections > 0; turn += 1) await delay(5);
      expect(upstream.connections, 'connections that are left').to.equal(0);
    });
  }

  const broken: Readonly<Record<string, (body: string) => Reply>> = {
    'closes before the last letter': (body) => (socket) => void socket.end(begun(body.length) + body.slice(0, -1)),
    'closes after the last chunk, without saying that it is': (body) => (socket) =>
      void socket.end(`${begun(undefined, chunked)}${body.length.toString(16)}\r\n${body}\r\n`),
    'is destroyed before the last letter': (body) => (socket) =>
      void socket.write(begun(body.length) + body.slice(0, -1), () => socket.destroy()),
  };
  for (const [does, make] of Object.entries(broken)) {
    it(`is asked once, and its whole image is offered, when it ${does}`, async () => {
      upstream.when(`it ${does}`, make(body));
      const generation = await patient.client.settled(await patient.client.create(`it ${does}`));
      expect([generation.state, generation.images.length]).to.deep.equal(['offered', 1]);
      expect(upstream.prompts).to.deep.equal([`it ${does}`]);
    });
  }

  it('is believed when it names no type: what came was paid for', async () => {
    upstream.next(reply(body, '200 OK', ''));
    const generation = await patient.client.settled(await patient.client.create('no type'));
    expect([generation.state, generation.images.length, upstream.prompts.length]).to.deep.equal(['offered', 1, 1]);
  });

  it('is of use again at once, and the portal is whole', async () => {
    upstream.next(reply(body));
    expect((await patient.client.settled(await patient.client.create('a good end'))).state).to.equal('offered');
    const doctor = await patient.portal.command(['doctor']);
    expect(doctor.exitCode, doctor.out).to.equal(0);
  });

  it('sends an image of too many pixels in vain', async () => {
    const bomb = sharp({ create: { width: 12_000, height: 12_000, channels: 3, background: '#369' }, limitInputPixels: false });
    upstream.next(reply(answerOf(await bomb.png({ compressionLevel: 1 }).toBuffer())));
    const generation = await patient.client.settled(await patient.client.create('too many pixels'));
    expect(generation.problem?.code).to.equal('invalid-response');
    expect(upstream.prompts).to.have.length(1);
  });
});
