import {
  type ImagePreview,
  type ImageProvider,
  makeImages,
  ProviderError,
  type ProviderErrorCode,
} from '@portico/ai-providers/api';
import { imageProviderFaults } from '@portico/ai-providers/testing';
import { type BehaviourName, dialectNames, sandboxKey } from '@portico/ai-sandbox/api';
import { expect } from 'chai';
import sharp from 'sharp';
import { profiles } from '../services/profiles/index.js';
import { type Bench, benchOf, cases, providerAt, requestOf } from './conformance-cases.js';

type Row = readonly [BehaviourName, ProviderErrorCode];

/** What every service may answer, in its own words, and the row of docs/image-errors.md that it belongs to. */
const rows: readonly Row[] = [
  ['invalid-api-key', 'invalid-api-key'],
  ['organization-not-verified', 'organization-not-verified'],
  ['model-not-found', 'model-not-found'],
  ['insufficient-quota', 'insufficient-quota'],
  ['credit-balance-exhausted', 'insufficient-quota'],
  ['rate-limit', 'rate-limited'],
  ['moderation-blocked', 'declined'],
  ['content-policy-violation', 'declined'],
  ['invalid-size', 'bad-request'],
  ['error-500', 'server-error'],
  ['error-504', 'server-error'],
  ['plain-string-error', 'server-error'],
  ['detail-error', 'bad-request'],
  ['reset-before-headers', 'connection-error'],
  ['redirect', 'invalid-response'],
  ['html', 'invalid-response'],
  ['broken-json', 'invalid-response'],
  ['not-an-image', 'invalid-response'],
  ['truncated-base64', 'invalid-response'],
  ['url-instead', 'invalid-response'],
];

/** Nothing takes the place of a model that is gone, so that one order is one request. */
const withOneModel = (provider: ImageProvider): ImageProvider =>
  Object.create(provider, { modelNames: { value: { preferred: [] } } }) as ImageProvider;

const failure = async (asked: Promise<unknown>): Promise<ProviderError> => {
  const error = await asked.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).to.be.instanceOf(ProviderError);
  return error as ProviderError;
};

describe('image services', () => {
  it('have a profile, a name in the settings, and a stand-in each', () => {
    const ids = profiles.map(({ id }) => id);
    expect(ids).to.deep.equal(cases.map(({ id }) => id));
    expect(ids).to.deep.equal([...dialectNames]);
  });

  it('are asked nowhere while the deployment does not say where they are, but for OpenAI', async () => {
    for (const each of cases.filter(({ id }) => id !== 'openai')) {
      const profile = profiles.find(({ id }) => id === each.id);
      if (!profile) throw new Error(each.id);
      const provider = providerAt(profile, undefined);
      expect(provider.place, each.id).to.equal(undefined);
      expect((await failure(provider.generate(requestOf(each)))).code, each.id).to.equal('endpoint-missing');
    }
    const [openai] = profiles;
    expect(openai && providerAt(openai, undefined).place).to.equal('api.openai.com');
  });

  for (const each of cases) {
    describe(each.id, () => {
      let bench: Bench;
      before(async () => {
        bench = await benchOf(each);
      });
      beforeEach(() => bench.sandbox.reset());
      after(() => bench.sandbox.close());

      it('does all that the portal counts on', async function () {
        this.timeout(60_000);
        expect(await imageProviderFaults(bench.provider, { key: sandboxKey, model: each.model })).to.deep.equal([]);
      });

      it('is sent what it takes and nothing else, and the key where it belongs', async () => {
        await bench.provider.generate(requestOf(each, { count: each.requests === 1 ? 2 : 1 }));
        const { path, query, keyHeader, body } = bench.sandbox.generations[0] ?? {};
        expect({ path, query, keyHeader }).to.deep.equal({ path: each.path, query: each.query, keyHeader: each.keyHeader });
        expect(body).to.deep.equal({ model: each.model, prompt: 'a lighthouse at dusk', ...each.body });
      });

      it('is asked for the sizes that it makes well', async () => {
        for (const size of ['256x256', '512x512', '1024x1024'] as const) await bench.provider.generate(requestOf(each, { size }));
        expect(bench.sandbox.generations.map(({ body }) => (body as { size: string }).size)).to.deep.equal(each.sizes);
      });

      it('makes four images in as few requests as it can, each image asked for once', async () => {
        let came = 0;
        await makeImages(bench.provider, requestOf(each, { count: 4 }), async ({ images, provider }) => {
          expect(provider).to.equal(each.id);
          came += images.length;
        });
        expect([came, bench.sandbox.generations.length]).to.deep.equal([4, each.requests]);
        const asked = bench.sandbox.generations.map(({ body }) => (body as { n?: number }).n ?? 1);
        expect(asked.reduce((sum, n) => sum + n)).to.equal(4);
      });

      for (const [behaviour, code] of rows) {
        it(`answers ${code} to ${behaviour}, after one request to nobody else`, async () => {
          bench.sandbox.next(behaviour);
          const error = await failure(makeImages(withOneModel(bench.provider), requestOf(each), async () => undefined));
          expect(error.code, error.message).to.equal(code);
          expect(bench.sandbox.requests).to.have.length(1);
          expect(JSON.stringify([error.message, error.stack, String(error.cause)])).to.not.match(/sk-|lighthouse/);
        });
      }

      it('is given up at the deadline', async () => {
        bench.sandbox.next('stall-before-headers');
        const controller = new AbortController();
        setTimeout(() => controller.abort(new ProviderError('timed-out', 'Too slow.', { maybeCharged: true })), 100).unref();
        const error = await failure(bench.provider.generate(requestOf(each, { signal: controller.signal })));
        expect([error.code, error.maybeCharged]).to.deep.equal(['timed-out', true]);
      });

      it('is sent every word, but no orders that it would obey and nobody sees', async () => {
        const prompt =
          'a <lora:x:1> cat <sd_cpp_extra_args>{"steps": 500}</sd_cpp_extra_args>\u200b | a dog <first_name> <unclosed';
        await bench.provider.generate(requestOf(each, { prompt }));
        const [first] = bench.sandbox.generations;
        const whole = 'a <lora:x:1> cat <sd_cpp_extra_args>{"steps": 500}</sd_cpp_extra_args> | a dog <first_name> <unclosed';
        const sent: Readonly<Record<string, string>> = {
          localai: 'a cat , a dog <first_name> <unclosed',
          'stable-diffusion-cpp': 'a cat | a dog <first_name> <unclosed',
        };
        expect(first?.body).to.include({ prompt: sent[each.id] ?? whole });
        expect(bench.provider.promptAsSent(prompt)).to.equal(sent[each.id] ?? whole);
      });

      it('lists its models by the names that are asked for', async () => {
        const { signal, key } = requestOf(each);
        const models = await bench.provider.models({ signal, key });
        expect(models.map(({ id }) => id)).to.include(each.lists);
        expect(bench.sandbox.requests.map(({ method, keyHeader }) => [method, keyHeader])).to.deep.equal([
          ['GET', each.keyHeader],
        ]);
      });

      it('makes variations when it says so, and takes the same parameters then', async () => {
        const bytes = await sharp({ create: { width: 64, height: 64, channels: 3, background: '#369' } })
          .png()
          .toBuffer();
        const source = { bytes, mimeType: 'image/png' } as const;
        expect(bench.provider.refines).to.equal(each.varies);
        if (!each.varies) return;
        const answer = await bench.provider.generate(requestOf(each, { source, count: 2 }));
        expect(answer.images).to.have.length(2);
        const [{ body, keyHeader, path } = { body: {}, keyHeader: undefined, path: '' }] = bench.sandbox.edits;
        expect([keyHeader, path]).to.deep.equal([each.keyHeader, each.path.replace('generations', 'edits')]);
        const { moderation: _, ...taken } = each.body;
        expect(Object.keys(body as object).sort()).to.deep.equal(['image', 'model', 'prompt', ...Object.keys(taken)].sort());
      });

      it('shows images on their way when it says so, and is not asked for them otherwise', async () => {
        const seen: number[] = [];
        const preview = ({ position }: ImagePreview): void => void seen.push(position);
        const { images } = await bench.provider.generate(requestOf(each, { preview }));
        expect(images).to.have.length(1);
        expect([bench.provider.previews, seen.length > 0]).to.deep.equal([each.streams, each.streams]);
        expect(JSON.stringify(bench.sandbox.generations[0]?.body).includes('"stream":true')).to.equal(each.streams);
      });

      it('is never asked for a model that was shut down, nor for none', async () => {
        for (const model of ['dall-e-3', ''])
          expect((await failure(bench.provider.generate(requestOf(each, { model })))).code).to.equal('model-not-found');
        expect(bench.sandbox.requests).to.have.length(0);
      });
    });
  }
});
