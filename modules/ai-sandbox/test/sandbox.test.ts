import { expect } from 'chai';
import sharp from 'sharp';
import { behaviourNames, createImagesSandbox, type ImagesSandbox, sandboxKey } from '../api/index.js';

interface Answer {
  readonly created: number;
  readonly data: readonly { readonly b64_json?: string; readonly url?: string }[];
  readonly usage: { readonly output_tokens: number };
  readonly error?: {
    readonly code: string | null;
    readonly type: string;
    readonly message: string;
    readonly param: string | null;
  };
}

describe('the image sandbox', () => {
  let sandbox: ImagesSandbox;
  before(async () => {
    sandbox = await createImagesSandbox({ now: () => new Date('2026-11-22T12:00:00Z') });
  });
  beforeEach(() => sandbox.reset());
  after(() => sandbox.close());

  const order = { model: 'gpt-image-2.6-flare', prompt: 'a lighthouse at dusk', n: 1, size: '1024x1024' };
  const post = (body: object, key: string | undefined = sandboxKey, path = '/images/generations'): Promise<Response> =>
    fetch(sandbox.url + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(key && { authorization: `Bearer ${key}` }) },
      body: JSON.stringify(body),
    });
  const refusal = async (body: object, key?: string): Promise<string> => {
    const response = await post(body, key);
    const { error } = (await response.json()) as Answer;
    return `${response.status} ${error?.code} ${error?.param}`;
  };
  const picture = async (body: object): Promise<Buffer> => {
    const answer = (await (await post(body)).json()) as Answer;
    return Buffer.from(answer.data[0]?.b64_json ?? '', 'base64');
  };

  it('draws as many pictures as were asked for, each of its own, in base64, with usage', async () => {
    const response = await post({ ...order, n: 3, quality: 'low', output_format: 'png', safety_identifier: 'abc' });
    const answer = (await response.json()) as Answer;
    expect(response.status).to.equal(200);
    expect(new Set(answer.data.map(({ b64_json: text }) => text)).size).to.equal(3);
    expect(answer.data.every((image) => image.url === undefined)).to.equal(true);
    expect(answer.usage.output_tokens).to.equal(816);
    const { width, height, format } = await sharp(Buffer.from(answer.data[0]?.b64_json ?? '', 'base64')).metadata();
    expect([width, height, format]).to.deep.equal([1024, 1024, 'png']);
  });

  it('draws in the format and shape that were asked for', async () => {
    const { width, height, format } = await sharp(
      await picture({ ...order, size: '1536x1024', output_format: 'webp' }),
    ).metadata();
    expect([width, height, format]).to.deep.equal([1536, 1024, 'webp']);
    expect((await sharp(await picture({ ...order, output_format: 'jpeg' })).metadata()).format).to.equal('jpeg');
  });

  it('draws different pictures for different descriptions', async () => {
    const pictures = await Promise.all(
      ['a cat', 'the sea at night', 'a forest', 'a city', 'an idea'].map((prompt) => picture({ ...order, prompt })),
    );
    expect(new Set(pictures.map((bytes) => bytes.toString('base64'))).size).to.equal(5);
  });

  it('refuses what current models refuse', async () => {
    expect(await refusal({ ...order, size: '256x256' })).to.equal('400 invalid_size size');
    expect(await refusal({ ...order, size: '512x512' })).to.equal('400 invalid_size size');
    expect(await refusal({ ...order, response_format: 'b64_json' })).to.equal('400 unknown_parameter response_format');
    expect(await refusal({ ...order, style: 'vivid' })).to.equal('400 unknown_parameter style');
    expect(await refusal({ ...order, user: 'me' })).to.equal('400 unknown_parameter user');
    expect(await refusal({ ...order, colour: 'red' })).to.equal('400 unknown_parameter colour');
    expect(await refusal({ ...order, n: 0 })).to.equal('400 invalid_value n');
    expect(await refusal({ ...order, n: 11 })).to.equal('400 invalid_value n');
    expect(await refusal({ ...order, quality: 'hd' })).to.equal('400 invalid_value quality');
    expect(await refusal({ ...order, prompt: ' ' })).to.equal('400 invalid_value prompt');
  });

  it('does not know models that were shut down', async () => {
    for (const model of ['dall-e-2', 'dall-e-3', 'gpt-image-1', 'unheard-of', undefined]) {
      expect(await refusal({ ...order, model })).to.equal('404 model_not_found model');
    }
  });

  it('wants a key and echoes a part of a wrong one', async () => {
    const missing = await post(order, '');
    expect(missing.status).to.equal(401);
    const wrong = await post(order, 'sk-proj-abcdefghijklmnop');
    const { error } = (await wrong.json()) as Answer;
    expect([wrong.status, error?.code]).to.deep.equal([401, 'invalid_api_key']);
    expect(error?.message).to.contain('sk-proj-').and.to.contain('mnop').and.not.to.contain('abcdefghijklmnop');
  });

  it('lists models with the date of their shutdown', async () => {
    const response = await fetch(`${sandbox.url}/models`, { headers: { authorization: `Bearer ${sandboxKey}` } });
    const { data } = (await response.json()) as { data: { id: string; shutdown_date?: string }[] };
    const dates = Object.fromEntries(data.map((model) => [model.id, model.shutdown_date]));
    expect(dates).to.include({ 'gpt-image-1.5': '2026-12-01', 'gpt-image-2.6-flare': undefined });
    expect(Object.keys(dates).some((id) => id.startsWith('dall-e'))).to.equal(false);
  });

  it('fails as a test tells it, once each, and remembers what arrived without the key', async () => {
    sandbox.next('insufficient-quota', { name: 'rate-limit', retryAfter: 7 });
    expect(await refusal(order)).to.equal('429 insufficient_quota null');
    const limited = await post(order);
    expect([limited.status, limited.headers.get('retry-after')]).to.deep.equal([429, '7']);
    expect((await post(order)).status).to.equal(200);
    expect(sandbox.generations.map(({ status }) => status)).to.deep.equal([429, 429, 200]);
    expect(JSON.stringify(sandbox.requests)).not.to.contain(sandboxKey);
  });

  it('fails as the description says', async () => {
    expect(await refusal({ ...order, prompt: 'a cat [fail:insufficient-quota]' })).to.equal('429 insufficient_quota null');
    expect(await refusal({ ...order, prompt: '[fail:declined] something' })).to.equal('400 moderation_blocked null');
    expect((await post({ ...order, prompt: 'a cat [fail:nonsense]' })).status).to.equal(200);
  });

  it('keeps one image back for as long as the rest is asked for at once', async () => {
    const images = async (prompt: string, n: number): Promise<number | string> => {
      const answer = await post({ ...order, prompt, n });
      return answer.ok ? ((await answer.json()) as { data: unknown[] }).data.length : `${answer.status}`;
    };
    const answers: (number | string)[] = [];
    for (const n of [4, 1, 1, 4]) answers.push(await images('a cat [fail:fewer]', n));
    answers.push(await images('another cat [fail:fewer]', 3));
    expect(answers).to.deep.equal([3, '500', 1, 3, 2]);
  });

  it('has a way to fail for every row of the error table', () => {
    expect(behaviourNames).to.include.members(['organization-not-verified', 'billing-hard-limit', 'error-504', 'stall-in-body']);
    expect(behaviourNames).to.include.members([
      'gzip-bomb',
      'redirect',
      'html',
      'truncated-base64',
      'url-instead',
      'byte-by-byte',
    ]);
  });

  it('resets, redirects and answers with something else', async () => {
    sandbox.next('reset-before-headers', 'redirect', 'html', 'not-an-image');
    const failure = await post(order).catch((error: unknown) => error);
    expect(failure).to.be.instanceOf(TypeError);
    const redirect = await fetch(`${sandbox.url}/images/generations`, {
      method: 'POST',
      redirect: 'manual',
      headers: { authorization: `Bearer ${sandboxKey}` },
      body: JSON.stringify(order),
    });
    expect(redirect.status).to.equal(307);
    expect((await post(order)).headers.get('content-type')).to.equal('text/html');
    expect((await picture(order)).toString()).to.contain('not a picture');
  });

  it('closes although an answer still stalls', async () => {
    const other = await createImagesSandbox({ behaviours: ['stall-before-headers'] });
    const pending = fetch(`${other.url}/images/generations`, {
      method: 'POST',
      headers: { authorization: `Bearer ${sandboxKey}` },
      body: JSON.stringify(order),
    }).catch((error: unknown) => error);
    for (let tries = 0; tries < 200 && other.generations.length === 0; tries += 1) {
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    await other.close();
    expect(await pending).to.be.instanceOf(TypeError);
  });
});
