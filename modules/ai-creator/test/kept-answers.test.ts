import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createImagesSandbox, type ImagesSandbox } from '@portico/ai-sandbox/api';
import { UnitOfWork } from '@portico/core';
import { expect } from 'chai';
import sharp, { type Sharp } from 'sharp';
import { FailureMessages } from '../services/failures/failure-messages.js';
import { author, type CreatorPortal, startCreatorPortal, type TestClient, usageOf } from './creator-portal.js';

interface Shown {
  readonly id: string;
  readonly problem?: { readonly code: string; readonly cause?: string };
  readonly images: readonly {
    readonly id: string;
    readonly name: string;
    readonly altText: string;
    readonly width?: number;
    readonly height?: number;
    readonly href: string;
  }[];
  readonly unreadable: readonly { readonly id: string; readonly name: string; readonly href: string; readonly size: number }[];
}

const binary = (response: NodeJS.ReadableStream, done: (error: Error | null, body: Buffer) => void): void => {
  const pieces: Buffer[] = [];
  response.on('data', (piece: Buffer) => pieces.push(piece));
  response.on('end', () => done(null, Buffer.concat(pieces)));
};

describe('what came and was paid for', () => {
  let creator: CreatorPortal;
  let sandbox: ImagesSandbox;
  let service: Server;
  let administrator: TestClient;
  let answer: object = {};
  /** Answers to the requests after the first. */
  let further: object | undefined;
  let asked: { readonly prompt?: string }[] = [];

  before(async () => {
    service = createServer((request, response) => {
      let text = '';
      request.on('data', (piece: Buffer) => {
        text += piece.toString();
      });
      request.on('end', () => {
        if (request.method !== 'POST') return void response.writeHead(404).end();
        asked.push(JSON.parse(text) as { prompt?: string });
        response.writeHead(200, { 'content-type': 'application/json', 'x-request-id': 'req_of_the_service' });
        response.end(JSON.stringify(asked.length > 1 ? (further ?? answer) : answer));
      });
    });
    await new Promise<void>((resolve) => service.listen(0, '127.0.0.1', resolve));
    sandbox = await createImagesSandbox();
    creator = await startCreatorPortal({
      sandbox,
      service: { baseUrl: `http://127.0.0.1:${(service.address() as AddressInfo).port}/v1` },
    });
    administrator = await creator.portal.signIn();
  });
  beforeEach(() => {
    asked = [];
    further = undefined;
  });
  after(async () => {
    await creator.stop();
    await sandbox.close();
    service.closeAllConnections();
    await new Promise((resolve) => service.close(resolve));
  });

  const of = (...files: readonly Buffer[]): object => ({ data: files.map((file) => ({ b64_json: file.toString('base64') })) });
  const order = async (told: object, fields: object = {}, as = creator.visitor): Promise<Shown> => {
    answer = told;
    const { id } = (await creator.create({ size: '512x512', ...fields }, as)).body as { id: string };
    await creator.settled(id, as);
    return (await as.get(`/web/home/ai-creator/api/generations/${id}`)).body as Shown;
  };
  const bytesAt = async (href = '', as = creator.visitor): Promise<Buffer> =>
    (
      await as
        .get(href)
        .buffer(true)
        .parse(binary as never)
    ).body as Buffer;
  const picture = (width: number, height: number): Sharp => sharp({ create: { width, height, channels: 3, background: '#369' } });

  it('is delivered byte for byte when it has the size that was asked for, also as a document', async () => {
    const file = await picture(512, 512).png().withXmp('<x:xmpmeta xmlns:x="adobe:ns:meta/"/>').toBuffer();
    const shown = await order(of(file));
    const [image] = shown.images;
    expect((await bytesAt(image?.href)).equals(file)).to.equal(true);
    expect([image?.width, image?.height]).to.deep.equal([512, 512]);
    const added = await creator.addAll(shown as never);
    const [document] = (added.body as { documents: { id: string }[] }).documents;
    expect((await bytesAt(`/web/home/documents-media/documents/${document?.id}/download`)).equals(file)).to.equal(true);
  });

  it('is scaled down when it is a larger square, and neither enlarged nor cropped otherwise, and says so', async () => {
    const sizes = { larger: [1024, 1024], smaller: [200, 200], wide: [1536, 1024], tall: [100, 700] } as const;
    const came: Record<string, readonly (number | undefined)[]> = {};
    for (const [name, [width, height]] of Object.entries(sizes)) {
      const file = await picture(width, height).jpeg().toBuffer();
      const shown = await order(of(file));
      const [image] = shown.images;
      const bytes = await bytesAt(image?.href);
      const real = await sharp(bytes).metadata();
      expect([real.width, real.height], name).to.deep.equal([image?.width, image?.height]);
      came[name] = [image?.width, image?.height];
      expect(bytes.equals(file), name).to.equal(name !== 'larger');
      const { text } = await creator.visitor.get(`/web/home/ai-creator/generations/${shown.id}`).set('Accept', 'text/html');
      const says = text.includes(`It came as ${width} × ${height} pixels, not as 512x512`);
      expect(says, name).to.equal(name !== 'larger');
    }
    expect(came).to.deep.equal({ larger: [512, 512], smaller: [200, 200], wide: [1536, 1024], tall: [100, 700] });
  });

  it('is turned as its EXIF orientation says, and nothing else of it changes', async () => {
    const left = await picture(256, 512).png().toBuffer();
    const file = await sharp({ create: { width: 512, height: 512, channels: 3, background: '#fff' } })
      .composite([{ input: left, left: 0, top: 0 }])
      .jpeg()
      .withMetadata({ orientation: 6 })
      .toBuffer();
    const shown = await order(of(file));
    const bytes = await bytesAt(shown.images[0]?.href);
    const { width, height, orientation = 1 } = await sharp(bytes).metadata();
    expect([width, height, orientation]).to.deep.equal([512, 512, 1]);
    const redAt = async (top: number): Promise<number> => {
      const strip = await sharp(bytes).extract({ left: 0, top, width: 512, height: 10 }).png().toBuffer();
      return (await sharp(strip).stats()).channels[0]?.mean ?? 0;
    };
    // What lay on the left stands at the top.
    expect([(await redAt(0)) < 80, (await redAt(500)) > 240]).to.deep.equal([true, true]);
  });

  it('and cannot be read is downloaded by its author and nobody else, until it expires', async () => {
    const gif = await picture(8, 8).gif().toBuffer();
    const shown = await order(of(gif, Buffer.from('a letter')));
    expect(shown.problem?.code).to.equal('invalid-response');
    expect(shown.unreadable.map(({ name, size }) => [name, size])).to.deep.equal([
      ['answer-1.gif', gif.length],
      ['answer-2.bin', 8],
    ]);
    const [file] = shown.unreadable;
    expect((await bytesAt(file?.href)).equals(gif)).to.equal(true);
    const page = await creator.visitor.get(`/web/home/ai-creator/generations/${shown.id}`).set('Accept', 'text/html');
    const [, href = ''] = /href="([^"]*unreadable[^"]*)" download="answer-1\.gif"/.exec(page.text) ?? [];
    const download = await creator.visitor.get(href);
    expect(download.headers).to.include({
      'content-type': 'application/octet-stream',
      'content-disposition': 'attachment; filename="answer-1.gif"',
      'x-content-type-options': 'nosniff',
    });
    for (const place of [file?.href ?? '', href]) expect((await administrator.get(place)).status).to.equal(404);
    const show = await creator.portal.command(['images', 'show', shown.id, '--site', 'home', '--as', author.email]);
    const [, path = ''] = /An operator copies (.+)\.$/m.exec(show.out) ?? [];
    expect(show.out).to.match(
      new RegExp(`^${file?.id}  kept until \\d{4}-\\S+Z  answer-1\\.gif  gif  ${gif.length} bytes$`, 'm'),
    );
    expect(show.out).to.contain(`downloads it at ${creator.portal.url}${href}.`);
    expect(show.out).to.match(/ {2}answer-2\.bin {2}unknown {2}8 bytes$/m);
    expect((await readFile(path)).equals(gif)).to.equal(true);
    // The words may go after an hour; the file stays for a day.
    const [row] = await creator.portal
      .service(UnitOfWork)
      .read((reader) =>
        reader.query<{ expires: string }>('SELECT expires_at AS expires FROM ai_creator_generation WHERE id = ?', [shown.id]),
      );
    expect(Date.parse(row?.expires ?? '') - Date.now()).to.be.greaterThan(24 * 3_600_000 - 120_000);
    await creator.portal.post(creator.visitor, `/web/home/ai-creator/generations/${shown.id}/discard`, { confirmed: 'true' });
    expect((await creator.visitor.get(href)).status).to.equal(404);
  });

  it('is known under the id of the service to administrators, and to nobody else', async () => {
    const failed = await order({ data: [] }, {}, administrator);
    expect(failed.problem?.cause).to.contain('The service knows the request as req_of_the_service.');
    const file = await picture(512, 512).png().toBuffer();
    const good = await order(of(file), {}, administrator);
    const page = async (id: string, as: TestClient): Promise<string> =>
      (await as.get(`/web/home/ai-creator/generations/${id}`).set('Accept', 'text/html')).text;
    expect(await page(good.id, administrator)).to.contain('req_of_the_service');
    const theirs = await order(of(file));
    expect(await page(theirs.id, creator.visitor)).to.not.contain('req_of_the_service');
  });

  it('is shown without an explanation being made that nobody reads', async () => {
    const file = await picture(512, 512).png().toBuffer();
    const good = await order(of(file), {}, administrator);
    const { of: explain } = FailureMessages.prototype;
    let explanations = 0;
    FailureMessages.prototype.of = function (...told) {
      explanations += 1;
      return explain.apply(this, told);
    };
    try {
      const { body } = await administrator.get(`/web/home/ai-creator/generations/${good.id}`).set('Accept', 'application/json');
      expect(body.images).to.have.length(1);
    } finally {
      FailureMessages.prototype.of = explain;
    }
    expect(explanations).to.equal(0);
  });

  it('has no usage where the service told none that can be read, and image tokens where it told them', async () => {
    const file = await picture(512, 512).png().toBuffer();
    const told = async (usage: unknown): Promise<readonly unknown[]> => {
      const { id } = await order({ ...of(file), usage });
      const entry = await usageOf(creator, id);
      return [entry?.inputTokens, entry?.outputTokens];
    };
    expect(await told({ input_tokens: 20, output_tokens: 272 })).to.deep.equal([20, 272]);
    for (const usage of [null, 'much', {}, { input_tokens: '20', output_tokens: -3 }])
      expect(await told(usage), JSON.stringify(usage)).to.deep.equal([null, null]);
    expect(await told({ input_tokens: 20, output_tokens: null })).to.deep.equal([20, null]);
    const { id } = await order({
      ...of(file),
      usage: { input_tokens: 50, output_tokens: 300, input_tokens_details: { image_tokens: 30, text_tokens: 20 } },
    });
    const [entry] = await creator.portal
      .service(UnitOfWork)
      .read((reader) =>
        reader.query<{ images: number }>('SELECT input_image_tokens AS images FROM ai_usage_entry WHERE id = ?', [id]),
      );
    expect(entry?.images).to.equal(30);
  });

  it('was described by the whole line that was typed, also between < and >', async () => {
    const file = await picture(512, 512).png().toBuffer();
    for (const description of [
      'A badge with the text <first_name> in large letters, blue background',
      'use <brand_font> and <other_font> please; then a red car',
    ]) {
      const shown = await order(of(file), { description });
      expect(asked.at(-1)?.prompt).to.equal(description);
      expect(shown.images[0]?.altText).to.equal(description);
      const words = description.toLowerCase().match(/[a-z]+/g) ?? [];
      expect(shown.images[0]?.name).to.equal(`${words.join('-')}.png`);
    }
  });

  it('warns authors and administrators after three answers in a row that hold no image, until one does', async () => {
    const settings = async (): Promise<string> =>
      (await administrator.get('/configuration/instance-settings/ai-creator').set('Accept', 'text/html')).text;
    const form = async (): Promise<string> =>
      (await creator.visitor.get('/web/home/ai-creator/create').set('Accept', 'text/html')).text;
    const file = await picture(512, 512).png().toBuffer();
    await order(of(file));
    for (let time = 1; time <= 3; time += 1) {
      expect([(await form()).includes('could not be used'), (await settings()).includes('could not be used')]).to.deep.equal([
        false,
        false,
      ]);
      await order({ data: [] });
    }
    expect(await form()).to.contain('The last 3 answers of the image service could not be used, and each may have been charged.');
    expect(await settings()).to.contain('The last 3 answers of the image service could not be used as images');
    await order(of(file));
    expect([(await form()).includes('could not be used'), (await settings()).includes('could not be used')]).to.deep.equal([
      false,
      false,
    ]);
  });

  it('is no reason for that warning where an image came and only the rest did not, also after a start', async () => {
    const warns = async (): Promise<boolean> => {
      const visitor = await creator.portal.signIn(author);
      const form = await visitor.get('/web/home/ai-creator/create').set('Accept', 'text/html');
      expect(form.text).to.contain('Description');
      return form.text.includes('could not be used');
    };
    const file = await picture(512, 512).png().toBuffer();
    await order(of(file));
    for (let time = 1; time <= 3; time += 1) {
      asked = [];
      further = { data: [] };
      const shown = await order(of(file), { count: '2' });
      expect([shown.images.length, shown.problem?.code, asked.length]).to.deep.equal([1, 'invalid-response', 2]);
    }
    expect(await warns(), 'at once').to.equal(false);
    await creator.portal.modules.stop('ai-creator');
    await creator.portal.modules.start('ai-creator');
    expect(await warns(), 'after a start').to.equal(false);
    further = undefined;
    for (let time = 1; time <= 3; time += 1) await order({ data: [] }, {}, await creator.portal.signIn(author));
    await creator.portal.modules.stop('ai-creator');
    await creator.portal.modules.start('ai-creator');
    expect(await warns(), 'failed ones, after a start').to.equal(true);
  });
});

describe('what is sent to a service that takes parts of a description for orders', () => {
  it('is shown in the form, before and after it is sent, and is all but these', async () => {
    const sandbox = await createImagesSandbox({ dialect: 'stable-diffusion-cpp' });
    const environment = { PORTICO_SETTING_AI_CREATOR_SERVICE: 'stable-diffusion-cpp' };
    const creator = await startCreatorPortal({ sandbox, environment, key: '' });
    try {
      const description = 'a <first_name> badge <lora:ink:1> in blue';
      const query = new URLSearchParams({ description });
      const { body } = await creator.visitor.get(`/web/home/ai-creator/similar?${query}`);
      expect(body.sent).to.equal('a <first_name> badge in blue');
      const plain = new URLSearchParams({ description: 'a <first_name> badge' });
      expect((await creator.visitor.get(`/web/home/ai-creator/similar?${plain}`)).body.sent).to.equal(undefined);
      const { id } = (await creator.create({ description })).body as { id: string };
      const { images } = await creator.settled(id);
      expect(sandbox.generations[0]?.body).to.include({ prompt: 'a <first_name> badge in blue' });
      expect(images[0]?.altText).to.equal(description);
      const form = await creator.visitor.get(`/web/home/ai-creator/create?from=${id}`).set('Accept', 'text/html');
      expect(form.text).to.contain('What is sent: a &lt;first_name&gt; badge in blue');
    } finally {
      await creator.stop();
      await sandbox.close();
    }
  });
});

describe('a new portal', () => {
  it('begins with a budget that administrators see, change and remove', async () => {
    const creator = await startCreatorPortal();
    try {
      const administrator = await creator.portal.signIn();
      const page = async (path: string): Promise<string> => (await administrator.get(path).set('Accept', 'text/html')).text;
      const begins = 'This portal began with a budget that protects it: at most 500 images a day';
      for (const path of ['/ai-creator/budgets', '/ai-creator/usage']) expect(await page(path), path).to.contain(begins);
      expect(await page('/ai-creator/budgets')).to.contain('0 of 500');
      await creator.portal.post(administrator, '/ai-creator/budgets/starting-budget', {
        target: 'instance',
        unit: 'images',
        period: 'day',
        softLimit: '1',
        hardLimit: '2',
        revision: '1',
      });
      for (const path of ['/ai-creator/budgets', '/ai-creator/usage']) expect(await page(path), path).to.not.contain(begins);
      expect((await creator.create({ count: '3' })).status).to.equal(429);
      await creator.portal.post(administrator, '/ai-creator/budgets/starting-budget/remove');
      expect((await creator.create({ count: '3' })).status).to.equal(201);
    } finally {
      await creator.stop();
    }
  });
});
