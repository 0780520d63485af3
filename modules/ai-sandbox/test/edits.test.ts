import { createHash } from 'node:crypto';
import { expect } from 'chai';
import sharp from 'sharp';
import { createImagesSandbox, type ImagesSandbox, sandboxKey } from '../api/index.js';

interface Answer {
  readonly data: readonly { readonly b64_json: string }[];
  readonly usage: { readonly input_tokens: number; readonly input_tokens_details: object };
  readonly error?: { readonly code: string | null; readonly param: string | null };
}

describe('variations of the image sandbox', () => {
  let sandbox: ImagesSandbox;
  let red: Buffer;
  before(async () => {
    sandbox = await createImagesSandbox({ now: () => new Date('2026-11-22T12:00:00Z') });
    red = await sharp({ create: { width: 640, height: 480, channels: 3, background: '#ff0000' } })
      .png()
      .toBuffer();
  });
  beforeEach(() => sandbox.reset());
  after(() => sandbox.close());

  const order = { model: 'gpt-image-2.6-flare', prompt: 'a lighthouse at dusk', n: '1', size: '1024x1024' };
  const send = (body: FormData | string, headers: Record<string, string> = {}): Promise<Response> =>
    fetch(`${sandbox.url}/images/edits`, {
      method: 'POST',
      headers: { authorization: `Bearer ${sandboxKey}`, ...headers },
      body,
    });
  const post = (fields: Readonly<Record<string, string>>, file: Buffer | undefined = red, type = 'image/png') => {
    const form = new FormData();
    for (const [name, value] of Object.entries(fields)) form.append(name, value);
    if (file) form.append('image', new File([new Uint8Array(file)], 'source', { type }));
    return send(form);
  };
  const refusal = async (response: Response): Promise<string> => {
    const { error } = (await response.json()) as Answer;
    return `${response.status} ${error?.code} ${error?.param}`;
  };
  const redness = async (picture: Buffer): Promise<number> => {
    const { channels } = await sharp(picture).stats();
    return (channels[0]?.mean ?? 0) - ((channels[1]?.mean ?? 0) + (channels[2]?.mean ?? 0)) / 2;
  };

  it('show the picture that they derive from, and count its tokens', async () => {
    const response = await post({ ...order, n: '2', quality: 'low', output_format: 'webp', safety_identifier: 'abc' });
    const answer = (await response.json()) as Answer;
    expect([response.status, answer.data.length]).to.deep.equal([200, 2]);
    const pictures = answer.data.map(({ b64_json: text }) => Buffer.from(text, 'base64'));
    expect((await sharp(pictures[0]).metadata()).format).to.equal('webp');
    for (const picture of pictures) expect(await redness(picture)).to.be.greaterThan(80);
    expect(pictures[0]).to.not.deep.equal(pictures[1]);
    expect(answer.usage.input_tokens_details).to.deep.equal({ image_tokens: 1024, text_tokens: 5 });
    expect(answer.usage.input_tokens).to.equal(1029);
  });

  it('tell what arrived: the fields and the file by its type, size and hash, never the key', async () => {
    await post({ ...order, quality: 'low' });
    const sha256 = createHash('sha256').update(red).digest('hex');
    expect(sandbox.edits.map(({ body }) => body)).to.deep.equal([
      { ...order, quality: 'low', image: { type: 'image/png', size: red.length, sha256 } },
    ]);
    expect(sandbox.generations).to.deep.equal([]);
    expect(JSON.stringify(sandbox.edits)).not.to.contain(sandboxKey);
  });

  it('refuse what a form of the API does not take', async () => {
    for (const name of ['response_format', 'style', 'user', 'moderation', 'colour'])
      expect(await refusal(await post({ ...order, [name]: 'low' })), name).to.equal(`400 unknown_parameter ${name}`);
    expect(await refusal(await post({ ...order, size: '512x512' }))).to.equal('400 invalid_size size');
    expect(await refusal(await post({ ...order, n: 'many' }))).to.equal('400 invalid_value n');
    expect(await refusal(await post({ ...order, model: 'dall-e-2' }))).to.equal('404 model_not_found model');
    expect(await refusal(await post({ ...order, input_fidelity: 'some' }))).to.equal('400 invalid_value input_fidelity');
    const twice = new FormData();
    for (const prompt of ['one', 'two']) twice.append('prompt', prompt);
    expect(await refusal(await send(twice))).to.equal('400 invalid_value prompt');
    expect(await refusal(await send('{}', { 'content-type': 'application/json' }))).to.equal('400 invalid_value body');
    expect(await refusal(await send('--x', { 'content-type': 'multipart/form-data; boundary=y' }))).to.equal(
      '400 invalid_value body',
    );
  });

  it('refuse a file that is missing, is no picture, or is another one than it says', async () => {
    expect(await refusal(await post(order, Buffer.alloc(0), 'image/png'))).to.equal('400 invalid_image_file image');
    const none = new FormData();
    for (const [name, value] of Object.entries(order)) none.append(name, value);
    expect(await refusal(await send(none))).to.equal('400 invalid_value image');
    expect(await refusal(await post(order, Buffer.from('a letter')))).to.equal('400 invalid_image_file image');
    expect(await refusal(await post(order, red, 'image/jpeg'))).to.equal('400 invalid_image_file image');
    expect(await refusal(await post(order, red, 'image/gif'))).to.equal('400 invalid_image_file image');
    expect(await refusal(await post(order, red.subarray(0, red.length >> 1)))).to.equal('400 invalid_image_file image');
  });

  it('take the picture under the names that the server knows', async () => {
    const one = await createImagesSandbox({ dialect: 'stable-diffusion-cpp' });
    try {
      for (const [name, status] of [
        ['image[]', 200],
        ['image', 400],
      ] as const) {
        const form = new FormData();
        form.append('prompt', 'a lighthouse');
        form.append(name, new File([new Uint8Array(red)], 'source.png', { type: 'image/png' }));
        const response = await fetch(`${one.url}/images/edits`, { method: 'POST', body: form });
        expect(response.status, name).to.equal(status);
      }
    } finally {
      await one.close();
    }
    const form = new FormData();
    for (const [name, value] of Object.entries(order)) form.append(name, value);
    form.append('image[]', new File([new Uint8Array(red)], 'source.png', { type: 'image/png' }));
    expect((await send(form)).status).to.equal(200);
  });

  it('fail as they are told, by script and in the description', async () => {
    sandbox.next('rate-limit');
    expect((await post(order)).status).to.equal(429);
    expect(await refusal(await post({ ...order, prompt: 'x [fail:declined]' }))).to.equal('400 moderation_blocked null');
  });
});
