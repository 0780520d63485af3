import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { type ImageRequest, makeImages, type ProviderAnswer, ProviderError } from '@portico/ai-providers/api';
import { expect } from 'chai';
import sharp from 'sharp';
import { OpenAiImageProvider } from '../services/openai-image-provider.js';
import { OpenAiConfig } from '../services/openai-settings.js';
import { generic } from '../services/profiles/generic.js';

const configOf = (section: object): OpenAiConfig =>
  new OpenAiConfig({
    mode: 'test',
    publicUrl: 'http://localhost',
    home: '/nowhere',
    module: (id) => (id === 'ai-openai' ? section : undefined) as never,
    variables: () => ({}),
  });

const orderOf = (given: Partial<ImageRequest> = {}): ImageRequest => ({
  prompt: 'a lighthouse at dusk',
  size: '512x512',
  count: 1,
  model: 'some-model',
  quality: 'low',
  personHash: 'f00d',
  key: undefined,
  signal: new AbortController().signal,
  ...given,
});

const failure = (asked: Promise<unknown>): Promise<ProviderError> =>
  asked.then(
    () => expect.fail('It did not fail.'),
    (error: unknown) => {
      expect(error).to.be.instanceOf(ProviderError);
      return error as ProviderError;
    },
  );

const listen = async (server: Server | ReturnType<typeof createTcpServer>): Promise<string> => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
};

/** A service that answers what it is told, and has files at its place. */
describe('images that a service names by their address', () => {
  let picture: Buffer;
  let server: Server;
  let place: string;
  let answer: object;
  let posts: number;
  const reads: Record<string, (response: ServerResponse, request: IncomingMessage) => void> = {
    '/there.png': (response) => void response.end(picture),
    '/gone.png': (response) => void response.writeHead(404).end('It is gone.'),
    '/reset.png': (response) => {
      response.writeHead(200, { 'content-length': '100000' }).write(picture.subarray(0, 20));
      setTimeout(() => response.destroy(), 20);
    },
    '/stalls.png': (response) => response.writeHead(200).flushHeaders(),
    '/moved.png': (response) => void response.writeHead(302, { location: '/there.png' }).end(),
  };

  before(async () => {
    picture = await sharp({ create: { width: 64, height: 64, channels: 3, background: '#369' } })
      .png()
      .toBuffer();
    server = createServer((request, response) => {
      const read = reads[request.url ?? ''];
      if (read) return read(response, request);
      request.resume().on('end', () => {
        posts += 1;
        response.writeHead(200, { 'content-type': 'application/json', 'x-request-id': 'req_named' }).end(JSON.stringify(answer));
      });
    });
    place = await listen(server);
  });
  beforeEach(() => {
    posts = 0;
  });
  after(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  const named = (...paths: readonly string[]): object => ({ data: paths.map((path) => ({ url: `${place}${path}` })) });
  const ask = (told: object, given: Partial<ImageRequest> = {}, section: object = {}): Promise<ProviderAnswer> => {
    answer = told;
    return new OpenAiImageProvider(configOf({ baseUrl: `${place}/v1`, ...section }), generic).generate(orderOf(given));
  };
  const said = ({ code, message, maybeCharged, requestId }: ProviderError): object => ({
    code,
    message,
    maybeCharged,
    requestId,
  });

  it('are not lost without a word: why one could not be read is told, and that it may have been charged', async () => {
    const told = {
      '/gone.png': ['invalid-response', '404'],
      '/moved.png': ['invalid-response', 'The answer was a redirect (302)'],
      '/reset.png': ['connection-error', 'The connection failed (ECONNRESET)'],
    };
    for (const [path, [code, why]] of Object.entries(told))
      expect(said(await failure(ask(named(path))))).to.deep.equal({
        code,
        message: `The image at its address could not be read (${why}).`,
        maybeCharged: true,
        requestId: 'req_named',
      });
  });

  it('come without those that could not be read, which are not asked for again', async () => {
    const { images, problem } = await ask(named('/gone.png', '/there.png'), { count: 2 });
    expect(images.map(({ bytes }) => Buffer.from(bytes).equals(picture))).to.deep.equal([true]);
    expect(problem && said(problem)).to.deep.equal({
      code: 'invalid-response',
      message: 'The image at its address could not be read (404).',
      maybeCharged: true,
      requestId: 'req_named',
    });
    posts = 0;
    answer = named('/gone.png');
    const provider = new OpenAiImageProvider(configOf({ baseUrl: `${place}/v1` }), generic);
    const error = await failure(makeImages(provider, orderOf({ count: 2 }), async () => undefined));
    expect([error.code, error.maybeCharged, posts]).to.deep.equal(['invalid-response', true, 1]);
  });

  it('are given up with the reason of who gives up: at the deadline, or when it is cancelled', async () => {
    for (const code of ['timed-out', 'cancelled'] as const) {
      const controller = new AbortController();
      const reason = new ProviderError(code, 'Given up.', { maybeCharged: true });
      setTimeout(() => controller.abort(reason), 200).unref();
      const { images, problem } = await ask(named('/there.png', '/stalls.png', '/there.png'), {
        count: 3,
        signal: controller.signal,
      });
      expect([images.length, problem?.code, problem?.maybeCharged]).to.deep.equal([1, code, true]);
    }
  });

  it('have together no more bytes than an answer may have', async () => {
    const section = { maxAnswerBytes: Math.max(1024, Math.ceil(picture.length * 1.5)) };
    reads['/large.png'] = (response) => void response.end(Buffer.concat([picture], Math.ceil(section.maxAnswerBytes * 0.7)));
    const { images, problem } = await ask(named('/large.png', '/large.png'), { count: 2 }, section);
    expect(images).to.have.length(1);
    expect(problem?.message).to.match(/^The image at its address could not be read \(The answer has more than \d+ bytes\)\.$/);
  });

  it('at other places are not fetched, and that is told beside those that came', async () => {
    const b64_json = picture.toString('base64');
    const { images, problem } = await ask({ data: [{ b64_json }, { url: 'http://other.example/there.png' }] }, { count: 2 });
    expect([images.length, problem?.message]).to.deep.equal([
      1,
      'The answer has addresses in place of images; they are not fetched.',
    ]);
    const all = await ask({ data: [{ b64_json }, { url: 'http://other.example/there.png' }] });
    expect([all.images.length, all.problem]).to.deep.equal([1, undefined]);
  });

  describe('and words in their place', () => {
    const refusal = { code: 'rate_limit_exceeded', message: 'Slow down.' };

    it('do not hide a clear refusal', async () => {
      for (const data of [['queued'], [{ b64_json: 'queued' }], [{ status: 'queued' }], []]) {
        const error = await failure(ask({ error: refusal, data }));
        expect([error.code, error.maybeCharged], JSON.stringify(data)).to.deep.equal(['rate-limited', false]);
      }
    });

    it('are kept with an error after which something may have been charged', async () => {
      const { images, problem } = await ask({ error: { code: 'odd', message: 'It broke.' }, data: [{ b64_json: 'R0lGODdh' }] });
      expect([images.map(({ bytes }) => Buffer.from(bytes).toString()), problem?.maybeCharged]).to.deep.equal([['GIF87a'], true]);
    });

    it('do not count beside a picture', async () => {
      const data = [picture.toString('base64'), 'queued'];
      const { images, problem } = await ask({ error: refusal, data });
      expect([images.length, problem]).to.deep.equal([2, undefined]);
    });
  });
});

describe('what fails before anything was sent', () => {
  it('was not charged: neither a deadline before the proxy opened the way, nor one before the service took the connection', async () => {
    const silent = createTcpServer((socket) => void socket.on('error', () => undefined));
    const place = await listen(silent);
    try {
      for (const section of [
        { baseUrl: 'https://images.example/v1', outboundProxy: place },
        { baseUrl: place.replace('http', 'https') },
      ]) {
        const controller = new AbortController();
        setTimeout(() => controller.abort(new ProviderError('timed-out', 'Too late.', { maybeCharged: true })), 200).unref();
        const asked = new OpenAiImageProvider(configOf(section), generic).generate(orderOf({ signal: controller.signal }));
        const error = await failure(asked);
        expect([error.code, error.message, error.maybeCharged]).to.deep.equal(['timed-out', 'Too late.', false]);
      }
    } finally {
      silent.close();
    }
  });

  it('was not charged: an error of our own', async () => {
    const source = {
      mimeType: 'image/png',
      get bytes(): never {
        throw new URIError('No.');
      },
    } as never;
    const provider = new OpenAiImageProvider(configOf({ baseUrl: 'http://127.0.0.1:9/v1' }), generic);
    const error = await failure(provider.generate(orderOf({ source })));
    expect([error.code, error.maybeCharged]).to.deep.equal(['connection-error', false]);
  });
});
