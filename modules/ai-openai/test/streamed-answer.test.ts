import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  type ImagePreview,
  type ImageRequest,
  makeImages,
  type ProviderAnswer,
  ProviderError,
  type ProviderErrorCode,
} from '@portico/ai-providers/api';
import { type BehaviourName, createImagesSandbox, type ImagesSandbox, sandboxKey } from '@portico/ai-sandbox/api';
import type { HostConfig } from '@portico/core';
import { expect } from 'chai';
import sharp from 'sharp';
import { OpenAiImageProvider } from '../services/openai-image-provider.js';
import { OpenAiConfig } from '../services/openai-settings.js';
import { openai } from '../services/profiles/openai.js';
import { eventsOf } from '../services/streamed-answer.js';

const order = {
  prompt: 'a lighthouse at dusk',
  size: '256x256',
  count: 1,
  model: 'gpt-image-2.6-flare',
  quality: 'low',
  personHash: 'abc',
} as const;

/** What goes wrong after the first partial image; once a stream has begun, whatever happens may have been charged. */
const rows: readonly (readonly [BehaviourName, ProviderErrorCode])[] = [
  ['stream-cut', 'connection-error'],
  ['stream-reset', 'connection-error'],
  ['stream-stall', 'timed-out'],
  ['stream-no-image', 'invalid-response'],
  ['stream-error', 'server-error'],
  ['stream-declined', 'declined'],
  ['stream-insufficient-quota', 'insufficient-quota'],
  ['stream-huge', 'invalid-response'],
];

describe('an answer that is streamed', () => {
  let sandbox: ImagesSandbox;
  let shown: ImagePreview[];

  before(async () => {
    sandbox = await createImagesSandbox();
  });
  beforeEach(() => {
    sandbox.reset();
    shown = [];
  });
  after(() => sandbox.close());

  function provider(profile = openai): OpenAiImageProvider {
    const config: HostConfig = {
      mode: 'test',
      publicUrl: 'http://localhost',
      home: '/nowhere',
      module: (id) => (id === 'ai-openai' ? { baseUrl: sandbox.url } : undefined),
      variables: () => ({}),
    };
    return new OpenAiImageProvider(new OpenAiConfig(config), profile);
  }

  function ask(given: Partial<ImageRequest> = {}, millis = 20_000, of = provider()): Promise<ProviderAnswer> {
    const deadline = new AbortController();
    const late = new ProviderError('timed-out', 'No answer in time.', { maybeCharged: true });
    const timer = setTimeout(() => deadline.abort(late), millis);
    return of
      .generate({
        ...order,
        key: sandboxKey,
        preview: (preview) => shown.push(preview),
        signal: deadline.signal,
        ...given,
      })
      .finally(() => clearTimeout(timer));
  }
  const failure = (asked: Promise<ProviderAnswer>): Promise<ProviderError> =>
    asked.then(
      () => expect.fail('It did not fail.'),
      (error: unknown) => error as ProviderError,
    );

  it('shows what is there so far, then brings the image and what all of it cost', async () => {
    const { images, usage } = await ask();
    expect(sandbox.generations.map(({ body }) => body)).to.have.length(1);
    expect(sandbox.generations[0]?.body).to.include({ stream: true, partial_images: 2 });
    expect(shown.map(({ position }) => position)).to.deep.equal([1, 1]);
    const [image] = images;
    expect((await sharp(Buffer.from(image?.bytes ?? [])).metadata()).width).to.equal(1024);
    expect(Buffer.from(shown[0]?.bytes ?? []).equals(Buffer.from(image?.bytes ?? []))).to.equal(false);
    expect(usage?.outputTokens).to.equal(272 + 200);
  });

  it('is asked for only when somebody looks on, for one image, from a service that streams', async () => {
    await ask({ preview: undefined });
    await ask({ count: 2 });
    await ask({}, 20_000, provider({ ...openai, streams: false }));
    for (const { body } of sandbox.generations) expect(body).not.to.have.any.keys('stream', 'partial_images');
    expect(shown).to.deep.equal([]);
    expect(provider({ ...openai, streams: false }).previews).to.equal(false);
  });

  it('is asked for by a form when a picture is changed', async () => {
    const bytes = await sharp({ create: { width: 64, height: 64, channels: 3, background: '#808080' } })
      .png()
      .toBuffer();
    const { images } = await ask({ source: { bytes, mimeType: 'image/png' } });
    expect(sandbox.edits).to.have.length(1);
    expect(sandbox.edits[0]?.body).to.include({ stream: 'true', partial_images: '2' });
    expect([images.length, shown.length]).to.deep.equal([1, 2]);
  });

  it('may come whole after all, from a server that knows no streams', async () => {
    sandbox.next('too-few');
    expect((await ask()).images).to.have.length(1);
    expect(shown).to.deep.equal([]);
  });

  for (const [behaviour, code] of rows) {
    it(`that goes wrong as ${behaviour} is ${code}, maybe charged, and asked for once`, async () => {
      sandbox.next(behaviour);
      const before = process.memoryUsage().rss;
      const error = await failure(ask({}, behaviour === 'stream-stall' ? 1500 : 20_000));
      expect(error).to.be.instanceOf(ProviderError);
      expect([error.code, error.maybeCharged]).to.deep.equal([code, true]);
      expect(`${error.message} ${error.stack}`).not.to.contain(sandboxKey);
      expect(sandbox.generations).to.have.length(1);
      expect(process.memoryUsage().rss - before).to.be.below(200 * 1024 * 1024);
    });
  }

  for (const behaviour of ['stream-garbage', 'stream-bad-preview'] as const) {
    it(`that says something strange on its way (${behaviour}) still brings the image that is paid for`, async () => {
      sandbox.next(behaviour);
      expect((await ask()).images).to.have.length(1);
      expect(sandbox.generations).to.have.length(1);
    });
  }

  it('that tells of a model which is gone is not asked for with another model', async () => {
    sandbox.next('stream-model-gone');
    const of = provider();
    const deadline = new AbortController();
    const request: ImageRequest = { ...order, key: sandboxKey, preview: () => {}, signal: deadline.signal };
    const error = await makeImages(of, request, async () => {}).catch((reason: unknown) => reason);
    expect(error).to.include({ code: 'model-not-found', maybeCharged: true });
    expect(sandbox.generations).to.have.length(1);
  });

  it('is refused like any other answer before it begins', async () => {
    sandbox.next('insufficient-quota', 'redirect', 'html');
    expect(await failure(ask())).to.include({ code: 'insufficient-quota', maybeCharged: false });
    expect(await failure(ask())).to.include({ code: 'invalid-response', maybeCharged: false });
    expect(await failure(ask())).to.include({ code: 'invalid-response', maybeCharged: true });
  });

  it('ends at once when it is cancelled', async () => {
    sandbox.next('stream-stall');
    const cancel = new AbortController();
    const cancelled = new ProviderError('cancelled', 'Cancelled.', { maybeCharged: true });
    const asked = failure(ask({ signal: cancel.signal, preview: () => cancel.abort(cancelled) }));
    expect(await asked).to.equal(cancelled);
  });
});

describe('a stream that nobody asked for', () => {
  let server: Server;
  let answer: { readonly type?: string; readonly body: string };
  const bodies: string[] = [];
  const image = Buffer.from('\x89PNG\r\n\x1a\n an image of the test', 'latin1');
  const second = Buffer.concat([image, Buffer.from('2')]);
  const completed = (bytes: Buffer): string =>
    `event: image_generation.completed\ndata: ${JSON.stringify({ type: 'image_generation.completed', b64_json: bytes.toString('base64'), usage: { input_tokens: 1, output_tokens: 2 } })}\n\n`;
  const partial = `event: image_generation.partial_image\ndata: {"type":"image_generation.partial_image","b64_json":"${image.toString('base64')}"}\n\n`;

  before(async () => {
    server = createServer((request, response) => {
      let text = '';
      request.setEncoding('utf8');
      request.on('data', (piece: string) => {
        text += piece;
      });
      request.on('end', () => {
        bodies.push(text);
        if (answer.type !== undefined) response.setHeader('content-type', answer.type);
        response.end(answer.body);
      });
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
  });
  after(() => {
    server.close();
  });

  async function ask(type: string | undefined, body: string, count = 1): Promise<ProviderAnswer> {
    answer = { ...(type !== undefined && { type }), body };
    bodies.length = 0;
    const config = new OpenAiConfig({
      mode: 'test',
      publicUrl: 'http://localhost',
      home: '/nowhere',
      module: () => ({ baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1` }),
      variables: () => ({}),
    });
    const request = { ...order, count, key: sandboxKey, signal: new AbortController().signal };
    try {
      return await new OpenAiImageProvider(config, openai).generate(request);
    } finally {
      expect(bodies).to.have.length(1);
      expect(bodies[0]).not.to.contain('stream');
    }
  }
  const imagesOf = ({ images }: ProviderAnswer): readonly Buffer[] => images.map(({ bytes }) => Buffer.from(bytes));

  for (const type of ['text/event-stream', 'text/event-stream; charset=utf-8', 'application/json', 'text/plain', undefined]) {
    it(`is an answer all the same, as ${type ?? 'no type'}`, async () => {
      const came = await ask(type, `: working\n\n${partial}${completed(image)}data: [DONE]\n\n`);
      expect(imagesOf(came)).to.deep.equal([image]);
      expect(came.usage).to.include({ inputTokens: 1, outputTokens: 2 });
      expect(came.problem).to.equal(undefined);
    });
  }

  it('may bring several images, and says nothing certain of what they cost', async () => {
    const came = await ask('text/event-stream', completed(image) + completed(second), 2);
    expect(imagesOf(came)).to.deep.equal([image, second]);
    expect(came.usage).to.equal(undefined);
  });

  it('may be one event that is the whole answer', async () => {
    const data = [image, second].map((bytes) => ({ b64_json: bytes.toString('base64') }));
    const came = await ask(undefined, `data: ${JSON.stringify({ created: 1, data, usage: { output_tokens: 9 } })}\n\n`, 2);
    expect(imagesOf(came)).to.deep.equal([image, second]);
    expect(came.usage?.outputTokens).to.equal(9);
  });

  it('may be no stream after all: what begins like JSON is JSON', async () => {
    const came = await ask('text/event-stream', JSON.stringify({ data: [{ b64_json: image.toString('base64') }] }));
    expect(imagesOf(came)).to.deep.equal([image]);
  });

  it('keeps what was completed before it told of an error', async () => {
    const error = 'event: error\ndata: {"type":"error","error":{"code":"rate_limit_exceeded"}}\n\n';
    const came = await ask('text/event-stream', completed(image) + error, 2);
    expect(imagesOf(came)).to.deep.equal([image]);
    expect(came.problem?.maybeCharged).to.equal(true);
  });

  it('without an image has failed, and may have been charged', async () => {
    const failed = await ask('text/event-stream', partial).catch((error: unknown) => error);
    expect(failed).to.be.instanceOf(ProviderError);
    expect(failed).to.include({ maybeCharged: true });
  });
});

describe('events of a server', () => {
  async function* cut(text: string, size: number): AsyncGenerator<Uint8Array> {
    const bytes = Buffer.from(text);
    for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
  }
  const read = async (text: string, size: number): Promise<readonly unknown[]> => {
    const events: unknown[] = [];
    for await (const event of eventsOf(cut(text, size))) events.push(event);
    return events;
  };

  it('read the same however they are cut, with all kinds of lines', async () => {
    const text = ': hello\r\nevent: a\r\ndata: {"x":"é"}\r\n\r\ndata:1\ndata: 2\nid: 7\n\nevent: empty\n\ndata: unfinished';
    const whole = [
      { name: 'a', data: '{"x":"é"}' },
      { name: '', data: '1\n2' },
    ];
    for (const size of [1, 2, 3, 7, 1000]) expect(await read(text, size)).to.deep.equal(whole);
  });

  it('may have long lines in very small pieces', async () => {
    const [event] = (await read(`data: ${'x'.repeat(20_000)}\n\n`, 1)) as [{ data: string }];
    expect(event.data).to.have.length(20_000);
  });
});
