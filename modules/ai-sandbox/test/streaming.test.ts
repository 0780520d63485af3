import { expect } from 'chai';
import sharp from 'sharp';
import { createImagesSandbox, type ImagesSandbox, sandboxKey } from '../api/index.js';

interface Event {
  readonly name: string;
  readonly data: {
    readonly type: string;
    readonly b64_json: string;
    readonly partial_image_index?: number;
    readonly usage?: { readonly output_tokens: number };
    readonly error?: { readonly code: string };
  };
}

describe('a stream of the image sandbox', () => {
  let sandbox: ImagesSandbox;
  before(async () => {
    sandbox = await createImagesSandbox({ now: () => new Date('2026-11-22T12:00:00Z') });
  });
  beforeEach(() => sandbox.reset());
  after(() => sandbox.close());

  const order = { model: 'gpt-image-2.6-flare', prompt: 'a lighthouse at dusk', n: 1, size: '1024x1024', quality: 'low' };
  const post = (body: object): Promise<Response> =>
    fetch(`${sandbox.url}/images/generations`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${sandboxKey}` },
      body: JSON.stringify({ ...order, ...body }),
    });
  const events = async (response: Response): Promise<readonly Event[]> =>
    (await response.text())
      .split('\n\n')
      .filter(Boolean)
      .map((block) => ({
        name: /^event: (.*)$/m.exec(block)?.[1] ?? '',
        data: JSON.parse(/^data: (.*)$/m.exec(block)?.[1] ?? '{}') as Event['data'],
      }));

  it('brings the partial images that were asked for, then the image with what it cost', async () => {
    const response = await post({ stream: true, partial_images: 2 });
    expect(response.headers.get('content-type')).to.match(/^text\/event-stream/);
    const told = await events(response);
    expect(told.map(({ name, data }) => [name, data.type, data.partial_image_index])).to.deep.equal([
      ['image_generation.partial_image', 'image_generation.partial_image', 0],
      ['image_generation.partial_image', 'image_generation.partial_image', 1],
      ['image_generation.completed', 'image_generation.completed', undefined],
    ]);
    for (const { data } of told) {
      const { width, format } = await sharp(Buffer.from(data.b64_json, 'base64')).metadata();
      expect([width, format]).to.deep.equal([1024, 'png']);
    }
    expect(told.at(-1)?.data.usage?.output_tokens).to.equal(272 + 2 * 100);
  });

  it('brings the image alone when no partial images were asked for', async () => {
    expect((await events(await post({ stream: true }))).map(({ name }) => name)).to.deep.equal(['image_generation.completed']);
  });

  it('refuses what makes no sense', async () => {
    for (const body of [
      { stream: 'yes' },
      { partial_images: 2 },
      { stream: true, partial_images: 4 },
      { stream: true, partial_images: 1, n: 2 },
    ]) {
      expect((await post(body)).status).to.equal(400);
    }
  });

  it('refuses with a status, not with an event, what it refuses anyway', async () => {
    sandbox.next('insufficient-quota');
    expect((await post({ stream: true, partial_images: 1 })).status).to.equal(429);
  });

  it('goes wrong in the middle as a test tells it, and knows such faults for streams only', async () => {
    sandbox.next('stream-cut', 'stream-declined', 'stream-cut');
    expect((await events(await post({ stream: true, partial_images: 2 }))).map(({ name }) => name)).to.deep.equal([
      'image_generation.partial_image',
    ]);
    const [, error, ...rest] = await events(await post({ stream: true, partial_images: 2 }));
    expect([error?.name, error?.data.error?.code, rest.length]).to.deep.equal(['error', 'moderation_blocked', 0]);
    expect((await post({})).headers.get('content-type')).to.match(/^application\/json/);
  });

  it('brings variations of a picture the same way, asked for by a form', async () => {
    const form = new FormData();
    const source = await sharp({ create: { width: 64, height: 64, channels: 3, background: '#808080' } })
      .png()
      .toBuffer();
    form.append('image', new File([new Uint8Array(source)], 'source.png', { type: 'image/png' }));
    for (const [name, value] of Object.entries({ ...order, stream: 'true', partial_images: '1' }))
      form.append(name, String(value));
    const response = await fetch(`${sandbox.url}/images/edits`, {
      method: 'POST',
      headers: { authorization: `Bearer ${sandboxKey}` },
      body: form,
    });
    expect((await events(response)).map(({ name }) => name)).to.deep.equal(['image_edit.partial_image', 'image_edit.completed']);
  });
});
