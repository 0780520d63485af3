import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import type { ImageRequest, ProviderAnswer, ProviderError } from '@portico/ai-providers/api';
import { expect } from 'chai';
import sharp from 'sharp';
import { OpenAiImageProvider } from '../services/openai-image-provider.js';
import { OpenAiConfig } from '../services/openai-settings.js';
import { openai } from '../services/profiles/openai.js';

const order = {
  prompt: 'a lighthouse at dusk',
  size: '1024x1024',
  count: 2,
  model: 'gpt-image-2.6-flare',
  quality: 'low',
  personHash: 'abc',
  key: 'sk-test-0123456789012345678901234567890123456789',
} as const;

/** How often each way is tried: what the line does in the meantime differs from time to time. */
const times = 50;

let ours: Socket | undefined;
const noteOurs = (message: unknown): void => {
  ours = (message as { readonly socket: Socket }).socket;
};

/** What the server does with the connection as soon as the last byte was given to the system. */
const ends: Readonly<Record<string, (socket: Socket, sent: number) => void | Promise<void>>> = {
  'is destroyed': (socket) => void socket.destroy(),
  // A reset takes what is on the line with it: it comes as soon as the last byte has been read.
  'is reset': async (socket, sent) => {
    for (let turn = 0; turn < 2000 && (ours?.bytesRead ?? 0) < sent; turn += 1) await delay(1);
    socket.resetAndDestroy();
  },
};

const head = (type: string, more: string): string => `HTTP/1.1 200 OK\r\nContent-Type: ${type}\r\n${more}\r\n`;
const json = 'application/json';
const events = 'text/event-stream';

describe('an answer whose connection breaks', function () {
  this.timeout(60_000);
  let server: Server;
  let answer: readonly (string | Buffer)[];
  let end: (typeof ends)[string];
  let picture: Buffer;
  let image: string;

  before(async () => {
    subscribe('net.client.socket', noteOurs);
    const pixels = { width: 512, height: 512, channels: 3, noise: { type: 'gaussian', mean: 128, sigma: 30 } } as const;
    picture = await sharp({ create: { ...pixels, background: '#000' } })
      .png()
      .toBuffer();
    image = picture.toString('base64');
    server = createServer((socket) => {
      let text = '';
      socket.on('error', () => undefined);
      socket.on('data', (piece) => {
        text += piece.toString('latin1');
        const at = text.indexOf('\r\n\r\n');
        if (at < 0 || text.length - at - 4 < Number(/^content-length: (\d+)/im.exec(text)?.[1])) return;
        const whole = Buffer.concat(answer.map((part) => Buffer.from(part)));
        socket.write(whole, () => void end(socket, whole.length));
      });
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
  });
  after(() => {
    unsubscribe('net.client.socket', noteOurs);
    server.close();
  });

  function ask(changes: Partial<ImageRequest> = {}): Promise<ProviderAnswer> {
    const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
    const config = new OpenAiConfig({
      mode: 'test',
      publicUrl: 'http://localhost',
      home: '/nowhere',
      module: (id) => (id === 'ai-openai' ? { baseUrl } : undefined),
      variables: () => ({}),
    });
    return new OpenAiImageProvider(config, openai).generate({ ...order, signal: new AbortController().signal, ...changes });
  }

  /** How many of the tries did not bring the image, whole. */
  async function lost(changes: Partial<ImageRequest> = {}): Promise<readonly string[]> {
    const missing: string[] = [];
    for (let time = 0; time < times; time += 1) {
      const came = await ask(changes).catch((error: unknown) => error as ProviderError);
      if (came instanceof Error) missing.push(`${time}: ${came.code} ${came.message}`);
      else if (!came.images.some(({ bytes }) => picture.equals(bytes))) missing.push(`${time}: another image`);
      else if (!came.problem?.maybeCharged) missing.push(`${time}: no word of what broke`);
    }
    return missing;
  }

  for (const [how, act] of Object.entries(ends)) {
    it(`keeps an image that came whole beside a part of another, when it ${how}`, async () => {
      end = act;
      answer = [
        head(json, 'Content-Length: 9000000\r\n'),
        `{"data":[{"b64_json":"${image}"},{"b64_json":"${image.slice(0, 90_001)}`,
      ];
      expect(await lost()).to.deep.equal([]);
    });

    it(`keeps an image of which only the tail of the answer is missing, when it ${how}`, async () => {
      end = act;
      answer = [head(json, 'Content-Length: 9000000\r\n'), `{"data":[{"b64_json":"${image}"}`];
      expect(await lost({ count: 1 })).to.deep.equal([]);
    });

    it(`keeps what a packed answer brought, when it ${how}`, async () => {
      end = act;
      const packed = gzipSync(`{"data":[{"b64_json":"${image}"},{"b64_json":"${image}"}]}`);
      answer = [
        head(json, `Content-Encoding: gzip\r\nContent-Length: ${packed.length}\r\n`),
        packed.subarray(0, Math.round(packed.length * 0.75)),
      ];
      expect(await lost()).to.deep.equal([]);
    });

    it(`keeps the image of a stream whose last event lost its end, when it ${how}`, async () => {
      end = act;
      const begun = `event: image_generation.completed\ndata: {"type":"image_generation.completed","b64_json":"${image}","us`;
      answer = [head(events, ''), ': hello\n\n', begun];
      // A body without a length ends with its connection, so that it is the reset or the missing end of the event that tells of it.
      expect(await lost({ count: 1, preview: () => {} })).to.deep.equal([]);
    });
  }
});
