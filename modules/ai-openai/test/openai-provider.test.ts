import {
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

type Row = readonly [BehaviourName, ProviderErrorCode, maybeCharged: boolean];

/** Every row of the error table, and what the author's request may have cost. */
const rows: readonly Row[] = [
  ['invalid-api-key', 'invalid-api-key', false],
  ['organization-not-verified', 'organization-not-verified', false],
  ['model-not-found', 'model-not-found', false],
  ['model-not-found-400', 'model-not-found', false],
  ['insufficient-quota', 'insufficient-quota', false],
  ['quota-by-type', 'insufficient-quota', false],
  ['credit-balance-exhausted', 'insufficient-quota', false],
  ['organization-spend-limit', 'insufficient-quota', false],
  ['project-spend-limit', 'insufficient-quota', false],
  ['organization-usage-limit', 'insufficient-quota', false],
  ['billing-hard-limit', 'insufficient-quota', false],
  ['rate-limit', 'rate-limited', false],
  ['slow-down', 'rate-limited', false],
  ['moderation-blocked', 'declined', false],
  ['content-policy-violation', 'declined', false],
  ['invalid-size', 'bad-request', false],
  ['unknown-parameter', 'bad-request', false],
  ['error-500', 'server-error', false],
  ['error-502', 'server-error', false],
  ['error-503', 'server-error', false],
  ['error-504', 'server-error', true],
  ['plain-string-error', 'server-error', false],
  ['detail-error', 'bad-request', false],
  ['stall-before-headers', 'timed-out', true],
  ['stall-in-body', 'timed-out', true],
  ['byte-by-byte', 'timed-out', true],
  ['reset-before-headers', 'connection-error', true],
  ['reset-in-body', 'connection-error', true],
  ['redirect', 'invalid-response', false],
  ['html', 'invalid-response', true],
  ['empty', 'invalid-response', true],
  ['broken-json', 'invalid-response', true],
  ['no-data', 'invalid-response', true],
  ['truncated-base64', 'invalid-response', true],
  ['not-an-image', 'invalid-response', true],
  ['url-instead', 'invalid-response', true],
  ['huge', 'invalid-response', true],
  ['gzip-bomb', 'invalid-response', true],
];

describe('the OpenAI image provider', () => {
  let sandbox: ImagesSandbox;
  let provider: OpenAiImageProvider;

  const providerFor = (baseUrl: string): OpenAiImageProvider => {
    const config: HostConfig = {
      mode: 'test',
      publicUrl: 'http://localhost',
      home: '/nowhere',
      module: (id) => (id === 'ai-openai' ? { baseUrl } : undefined),
      variables: () => ({}),
    };
    return new OpenAiImageProvider(new OpenAiConfig(config), openai);
  };
  const ask = (given: Partial<ImageRequest> = {}, deadline = 20_000, of = provider): Promise<ProviderAnswer> => {
    const signal = AbortSignal.any([given.signal ?? new AbortController().signal, timeLimit(deadline)]);
    return of.generate(orderOf({ ...given, signal }));
  };
  /** The same as the portal asks: what does not decode is an error. Nothing takes the place of a model that is gone. */
  const make = (given: Partial<ImageRequest> = {}, deadline = 20_000): Promise<void> =>
    makeImages(
      Object.create(provider, { modelNames: { value: { preferred: [] } } }) as OpenAiImageProvider,
      orderOf({ ...given, signal: timeLimit(deadline) }),
      async () => undefined,
    );
  const orderOf = (given: Partial<ImageRequest>): ImageRequest => ({
    prompt: 'a lighthouse at dusk',
    size: '512x512',
    count: 1,
    model: 'gpt-image-2.6-flare',
    quality: 'low',
    personHash: 'f00d',
    key: sandboxKey,
    signal: new AbortController().signal,
    ...given,
  });
  const timeLimit = (millis: number): AbortSignal => {
    const controller = new AbortController();
    setTimeout(() => controller.abort(new ProviderError('timed-out', 'Too slow.', { maybeCharged: true })), millis).unref();
    return controller.signal;
  };
  const failure = async (asked: Promise<unknown>): Promise<ProviderError> => {
    const error = await asked.then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    expect(error).to.be.instanceOf(ProviderError);
    return error as ProviderError;
  };

  before(async () => {
    sandbox = await createImagesSandbox();
    provider = providerFor(sandbox.url);
  });
  beforeEach(() => sandbox.reset());
  after(() => sandbox.close());

  it('brings images that decode, with usage and the model', async () => {
    const answer = await ask({ count: 2 });
    expect(answer).to.include({ model: 'gpt-image-2.6-flare' });
    expect(answer.usage?.outputTokens).to.equal(544);
    const sizes = await Promise.all(answer.images.map(async ({ bytes }) => (await sharp(bytes).metadata()).width));
    expect(sizes).to.deep.equal([1024, 1024]);
  });

  it('sends what current models take, and nothing that they refuse', async () => {
    await ask({ size: '256x256' });
    expect(sandbox.generations.map(({ body }) => body)).to.deep.equal([
      {
        model: 'gpt-image-2.6-flare',
        prompt: 'a lighthouse at dusk',
        n: 1,
        size: '1024x1024',
        quality: 'low',
        output_format: 'png',
        safety_identifier: 'f00d',
      },
    ]);
  });

  for (const [behaviour, code, maybeCharged] of rows) {
    it(`answers ${code} to ${behaviour}, after exactly one POST`, async () => {
      sandbox.next({ name: behaviour, ...(behaviour === 'huge' && { amount: 80 * 1024 * 1024 }) });
      const stalls = /stall|byte-by-byte/.test(behaviour);
      const error = await failure(make({}, stalls ? 300 : 25_000));
      expect({ code: error.code, maybeCharged: error.maybeCharged }).to.deep.equal({ code, maybeCharged });
      expect(sandbox.generations).to.have.length(1);
      expect(`${error.message} ${error.stack}`).to.not.contain(sandboxKey).and.to.not.contain('lighthouse');
    });
  }

  it('reads how long to wait', async () => {
    sandbox.next({ name: 'rate-limit', retryAfter: 17 });
    expect((await failure(ask())).retryAfterSeconds).to.equal(17);
  });

  it('gives up when it is cancelled', async () => {
    sandbox.next('stall-before-headers');
    const controller = new AbortController();
    const asked = ask({ signal: controller.signal });
    controller.abort(new ProviderError('cancelled', 'Cancelled.', { maybeCharged: true }));
    expect((await failure(asked)).code).to.equal('cancelled');
  });

  it('does not unpack a picture that is a bomb', async () => {
    sandbox.next('pixel-bomb');
    expect((await failure(make())).code).to.equal('invalid-response');
  }).timeout(60_000);

  it('delivers what came when fewer came than were asked for', async () => {
    sandbox.next({ name: 'too-few', amount: 1 });
    expect((await ask({ count: 3 })).images).to.have.length(1);
  });

  it('never names a model that was shut down, and sends nothing without a key', async () => {
    expect((await failure(ask({ model: 'dall-e-3' }))).code).to.equal('model-not-found');
    expect((await failure(ask({ key: undefined }))).code).to.equal('key-missing');
    expect(sandbox.requests).to.deep.equal([]);
  });

  it('sends no key to OpenAI that is too short for one of its keys, and any to another address', async () => {
    const own = new OpenAiImageProvider(
      new OpenAiConfig({ mode: 'test', publicUrl: '', home: '', module: () => undefined, variables: () => ({}) }),
      openai,
    );
    const error = await failure(ask({ key: 'sk-short' }, 20_000, own));
    expect([error.code, error.maybeCharged]).to.deep.equal(['invalid-api-key', false]);
    expect(error.message).to.contain('It was not sent');
    expect((await failure(ask({ key: 'local' }))).status).to.equal(401);
  });

  it('says that nothing was charged when nobody listens', async () => {
    const closed = await createImagesSandbox();
    await closed.close();
    const error = await failure(ask({}, 5000, providerFor(closed.url)));
    expect([error.code, error.maybeCharged]).to.deep.equal(['connection-error', false]);
  });

  it('keeps out of the environment', async () => {
    const names = ['OPENAI_API_KEY', 'OPENAI_ORG_ID', 'OPENAI_PROJECT_ID', 'OPENAI_BASE_URL', 'HTTP_PROXY', 'http_proxy'];
    const before = names.map((name) => process.env[name]);
    for (const name of names)
      process.env[name] = name.includes('URL') || /proxy/i.test(name) ? 'http://127.0.0.1:9' : 'from-outside';
    try {
      await ask();
    } finally {
      for (const [index, name] of names.entries()) {
        if (before[index] === undefined) delete process.env[name];
        else process.env[name] = before[index];
      }
    }
    const headers = sandbox.generations[0]?.headers ?? {};
    expect(Object.keys(headers)).to.not.include.members(['openai-organization']);
    expect(JSON.stringify(headers)).to.not.contain('from-outside');
  });

  it('repeats no part of a rejected key', async () => {
    const key = 'sk-proj-canary-0123456789-canary';
    const error = await failure(ask({ key }));
    expect(error.code).to.equal('invalid-api-key');
    expect(JSON.stringify([error.message, error.stack, String(error.cause)])).to.not.match(/sk-proj|canary/);
  });
});
