import { expect } from 'chai';
import sharp from 'sharp';
import {
  type ImageProvider,
  type ImageRequest,
  type MadeImages,
  makeImages,
  type ProvidedImage,
  ProviderError,
} from '../api/index.js';

const request: ImageRequest = {
  prompt: 'a cat',
  size: '512x512',
  count: 3,
  model: 'portal-model',
  quality: 'low',
  personHash: 'f00d',
  key: undefined,
  signal: new AbortController().signal,
};

/** A provider of another module that answers what it is told. */
function providerOf(
  ...answers: readonly (readonly ProvidedImage[] | ProviderError)[]
): ImageProvider & { readonly asked: ImageRequest[] } {
  const asked: ImageRequest[] = [];
  return {
    id: 'portal',
    name: 'A provider of the portal',
    needsKey: false,
    asked,
    generate: async (given) => {
      const answer = answers[asked.length];
      asked.push(given);
      if (answer instanceof ProviderError) throw answer;
      return { images: answer ?? [], model: given.model };
    },
  };
}

async function make(provider: ImageProvider): Promise<{ made: MadeImages[]; error: unknown }> {
  const made: MadeImages[] = [];
  const error = await makeImages(provider, request, async (images) => void made.push(images)).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  return { made, error };
}

describe('asking a provider', () => {
  let picture: ProvidedImage;
  const letter: ProvidedImage = { bytes: Buffer.from('a letter') };
  before(async () => {
    const bytes = await sharp({ create: { width: 8, height: 8, channels: 3, background: '#369' } })
      .png()
      .toBuffer();
    picture = { bytes };
  });

  it('names an error by the id of its request, and keeps all else of it', () => {
    const cause = new Error('below');
    const told = { cause, maybeCharged: true, status: 503, retryAfterSeconds: 7, categories: ['violence'] };
    const error = new ProviderError('invalid-response', 'It is broken.', told);
    const named = error.withRequestId('req_1');
    expect({ ...named, message: named.message, cause: named.cause }).to.deep.equal({
      ...error,
      message: 'It is broken.',
      cause,
      requestId: 'req_1',
    });
    expect([named.withRequestId('req_2'), error.withRequestId(undefined)]).to.deep.equal([named, error]);
  });

  it('passes on no words of a provider that quote the key or the description', async () => {
    const key = 'sk-not-for-a-log';
    const failing = (error: unknown): ImageProvider => ({ ...providerOf(), generate: () => Promise.reject(error) });
    const errors = [
      new TypeError(`a cat ${key}`),
      new ProviderError('insufficient-quota', `The key ${key} is empty.`),
      'a cat',
      new ProviderError('connection-error', 'It broke.', { cause: new TypeError(`Bearer ${key} is no header`) }),
    ];
    const told = [];
    for (const thrown of errors) {
      const error = await makeImages(failing(thrown), { ...request, key }, async () => undefined).catch(
        (caught: unknown) => caught,
      );
      expect(error).to.be.instanceOf(ProviderError);
      const { code, message, cause } = error as ProviderError;
      expect(cause).to.equal(undefined);
      told.push([code, message]);
    }
    expect(told).to.deep.equal([
      ['invalid-response', 'A provider of the portal failed with an error of its own (TypeError).'],
      ['insufficient-quota', 'A provider of the portal said more, but quoted what is not kept.'],
      ['invalid-response', 'A provider of the portal failed with an error of its own (no Error).'],
      ['connection-error', 'It broke.'],
    ]);
  });

  it('takes an answer of another shape for none', async () => {
    const shapeless: ImageProvider = { ...providerOf(), generate: async () => ({}) as never };
    expect((await make(shapeless)).error).to.include({ code: 'invalid-response', maybeCharged: true });
  });

  it('offers no image of any provider that does not decode, and hands its bytes on for who paid', async () => {
    const { made, error } = await make(providerOf([letter, letter]));
    expect(made.map(({ images, unreadable }) => [images, unreadable])).to.deep.equal([[[], [letter, letter]]]);
    expect(error).to.include({ code: 'invalid-response', maybeCharged: true });
  });

  it('keeps what decodes, and asks once for the rest', async () => {
    const provider = providerOf([picture, letter, letter], [picture]);
    const { made, error } = await make(provider);
    expect(error).to.equal(undefined);
    expect(made.map(({ images, unreadable }) => [images.length, unreadable.length])).to.deep.equal([
      [1, 2],
      [1, 0],
    ]);
    expect(provider.asked.map(({ count }) => count)).to.deep.equal([3, 2]);
  });

  it('asks a provider that makes one image at a time as often as it takes, two at a time', async () => {
    let running = 0;
    let most = 0;
    const asked: number[] = [];
    const single: ImageProvider = {
      id: 'single',
      name: 'One at a time',
      needsKey: false,
      imagesPerRequest: 1,
      generate: async ({ count, model }) => {
        asked.push(count);
        running += 1;
        most = Math.max(most, running);
        await new Promise((resolve) => setTimeout(resolve, 5));
        running -= 1;
        return { images: [picture], model };
      },
    };
    const made: number[] = [];
    await makeImages(single, { ...request, count: 4 }, async ({ images }) => void made.push(images.length));
    expect([asked, made, most]).to.deep.equal([[1, 1, 1, 1], [1, 1, 1, 1], 2]);
  });

  it('sees that a provider ignores the number, and asks for the others one by one', async () => {
    const provider = providerOf([picture], [picture], [picture]);
    const { made, error } = await make(provider);
    expect(error).to.equal(undefined);
    expect(made.map(({ images }) => images.length)).to.deep.equal([1, 1, 1]);
    expect(provider.asked.map(({ count }) => count)).to.deep.equal([3, 1, 1]);
  });

  it('begins no further calls after one has failed', async () => {
    const provider = providerOf([picture], new ProviderError('insufficient-quota', 'No money.'), [picture], [picture]);
    const { made, error } = await make({ ...provider, imagesPerRequest: 1 });
    expect(error).to.include({ code: 'insufficient-quota' });
    expect([made.length, provider.asked.length]).to.deep.equal([2, 3]);
  });

  it('hands on more than was asked for, but no flood, and asks for nothing more', async () => {
    const provider = providerOf([picture, picture, picture, picture, picture]);
    expect((await make(provider)).made.map(({ images }) => images.length)).to.deep.equal([5]);
    expect(provider.asked).to.have.length(1);
    const flood = Array.from({ length: 100 }, () => picture);
    expect((await make(providerOf(flood))).made.map(({ images }) => images.length)).to.deep.equal([16]);
  });

  it('hands on what came of an answer that broke off, and then fails with why', async () => {
    const problem = new ProviderError('connection-error', 'It broke.', { maybeCharged: true });
    const generate: ImageProvider['generate'] = async ({ model }) => ({ images: [picture], model, problem });
    const { made, error } = await make({ ...providerOf(), generate });
    expect([made.map(({ images }) => images.length), error]).to.deep.equal([[1], problem]);
  });

  it('is content with a picture of which the decoder only warns', async () => {
    // A scan header whose parameters a baseline picture does not have.
    const bytes = await sharp({ create: { width: 64, height: 64, channels: 3, background: '#369' } })
      .jpeg()
      .toBuffer();
    const scan = bytes.indexOf(Buffer.from([0xff, 0xda]));
    bytes[scan + 2 + bytes.readUInt16BE(scan + 2) - 2] = 0x20;
    await sharp(bytes, { failOn: 'warning' })
      .raw()
      .toBuffer()
      .then(
        () => expect.fail('It is not even warned of.'),
        (error: Error) => expect(error.message).to.contain('SOS'),
      );
    const { made } = await make(providerOf([{ bytes }, picture, picture]));
    expect(made.map(({ images, unreadable }) => [images.length, unreadable.length])).to.deep.equal([[3, 0]]);
  });

  it('hands on what came before the rest failed', async () => {
    const { made, error } = await make(providerOf([picture], new ProviderError('server-error', 'Trouble.')));
    expect(made).to.have.length(1);
    expect(error).to.include({ code: 'server-error' });
  });

  it('tries one more model of the provider, and nothing else again', async () => {
    const gone = new ProviderError('model-not-found', 'Gone.');
    const provider = { ...providerOf(gone, gone), modelNames: { preferred: ['newer-model', 'newest-model'] } };
    expect((await make(provider)).error).to.equal(gone);
    expect(provider.asked.map(({ model }) => model)).to.deep.equal(['portal-model', 'newer-model']);
    const nameless = providerOf(gone);
    expect((await make(nameless)).error).to.equal(gone);
    expect(nameless.asked.map(({ model }) => model)).to.deep.equal(['portal-model']);
    const busy = providerOf(new ProviderError('rate-limited', 'Busy.'));
    expect((await make(busy)).error).to.include({ code: 'rate-limited' });
    expect(busy.asked).to.have.length(1);
  });

  it('takes in the next answer when one could not be taken in', async () => {
    const made: number[] = [];
    const provider = { ...providerOf([picture], [picture], [picture]), imagesPerRequest: 1 };
    const error = await makeImages(provider, request, async ({ images }) => {
      made.push(images.length);
      if (made.length === 2) throw new Error('No room.');
    }).catch((thrown: unknown) => thrown);
    expect([made, (error as Error).message]).to.deep.equal([[1, 1, 1], 'No room.']);
  });
});
