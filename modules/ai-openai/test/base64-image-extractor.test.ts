import { randomBytes } from 'node:crypto';
import { ProviderError } from '@portico/ai-providers/api';
import { expect } from 'chai';
import { salvage } from '../services/answer.js';
import { Base64ImageExtractor } from '../services/base64-image-extractor.js';

/** Begins like a png; what follows does not matter here. */
const picture = (size: number): Buffer =>
  Buffer.concat([Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]), randomBytes(size)]);

async function* piecesOf(text: string, size: number): AsyncGenerator<Buffer> {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

/** What a client would parse, and what the names in it stand for. */
async function take(text: string, pieceSize: number): Promise<{ readonly rest: string; readonly apart: Base64ImageExtractor }> {
  const apart = new Base64ImageExtractor();
  const rest: Buffer[] = [];
  for await (const piece of apart.from(piecesOf(text, pieceSize))) rest.push(piece);
  return { rest: Buffer.concat(rest).toString(), apart };
}

const failure = async (asked: Promise<unknown>): Promise<unknown> =>
  asked.then(
    () => undefined,
    (error: unknown) => error,
  );

describe('taking the images out of an answer', () => {
  // Just long enough to be taken for images: each byte is a piece of its own below.
  const images = [picture(60_000), picture(49_999), picture(50_001)];
  const words = {
    created: 1,
    quoted: 'a "quote", a \\ and a \\" at the end\\',
    lines: 'one\ntwo',
    empty: '',
    text: 'é €',
    list: ['', '"'],
  };

  for (const pieceSize of [1, 3, 7, 1000, 65_536, 10_000_000]) {
    it(`leaves everything else as it is, in pieces of ${pieceSize}`, async () => {
      const data = images.map((image) => ({ b64_json: image.toString('base64') }));
      const { rest, apart } = await take(JSON.stringify({ ...words, data, usage: words }), pieceSize);
      expect(rest.length).to.be.lessThan(2000);
      const { data: names, usage, ...others } = JSON.parse(rest) as { data: { b64_json: string }[]; usage: object };
      expect([others, usage]).to.deep.equal([words, words]);
      const taken = names.map(({ b64_json: name }) => apart.of(name));
      expect(taken.map((bytes, index) => bytes.equals(images[index] ?? Buffer.alloc(0)))).to.deep.equal([true, true, true]);
    });
  }

  it('reads slashes and line breaks that a server escaped', async () => {
    const [image = Buffer.alloc(0)] = images;
    const lines = image.toString('base64').replace(/.{76}/g, '$&\n');
    for (const pieceSize of [1, 5, 4096]) {
      const { rest, apart } = await take(JSON.stringify({ b64_json: lines }).replaceAll('/', '\\/'), pieceSize);
      expect(apart.of((JSON.parse(rest) as { b64_json: string }).b64_json).equals(image)).to.equal(true);
    }
  });

  it('takes short images as they are, and the names of another answer for nothing', async () => {
    const small = picture(100);
    const { rest, apart } = await take(JSON.stringify({ b64_json: small.toString('base64') }), 64);
    expect(apart.of((JSON.parse(rest) as { b64_json: string }).b64_json).equals(small)).to.equal(true);
    expect(apart.of('image:someone-else:0').subarray(0, 4).equals(small.subarray(0, 4))).to.equal(false);
  });

  it('keeps what it does not know as it came, and does not read on for ever', async () => {
    const junk = 'A'.repeat(300_000);
    const { rest, apart } = await take(JSON.stringify({ b64_json: junk }), 4096);
    expect(apart.of((JSON.parse(rest) as { b64_json: string }).b64_json).equals(Buffer.alloc(225_000))).to.equal(true);
    const endless = await failure(take(`{"b64_json":"${'A'.repeat(12_000_000)}`, 65_536));
    expect(endless).to.be.instanceOf(ProviderError).and.to.include({ code: 'invalid-response', maybeCharged: true });
  });

  it('reads base64 in the ways in which services write it', async () => {
    const [image = Buffer.alloc(0)] = images;
    const small = picture(100);
    const ways: Readonly<Record<string, (text: string) => string>> = {
      'a data address': (text) => `data:image/png;base64,${text}`,
      'a data address with escaped slashes': (text) => `data:image\\/png;base64,${text.replaceAll('/', '\\/')}`,
      'the alphabet of addresses, without padding': (text) => text.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', ''),
      'escapes as .NET writes them': (text) => text.replaceAll('+', '\\u002B').replaceAll('=', '\\u003d'),
      'broken lines': (text) => text.replace(/.{76}/g, '$&\\r\\n'),
    };
    for (const [name, write] of Object.entries(ways)) {
      for (const [bytes, pieceSize] of [
        [image, 7],
        [image, 65_536],
        [small, 64],
      ] as const) {
        const { rest, apart } = await take(`{"b64_json":"${write(bytes.toString('base64'))}"}`, pieceSize);
        expect(apart.of((JSON.parse(rest) as { b64_json: string }).b64_json).equals(bytes), `${name}, ${pieceSize}`).to.equal(
          true,
        );
      }
    }
  });

  it('remembers what had come when an answer breaks off', async () => {
    const [first = Buffer.alloc(0), second = Buffer.alloc(0)] = images;
    const text = JSON.stringify({ data: [{ b64_json: first.toString('base64') }, { b64_json: second.toString('base64') }] });
    const { apart } = await take(text.slice(0, -4000), 4096);
    const came = salvage(apart).map(({ bytes }) => Buffer.from(bytes));
    expect([came.length, came[0]?.equals(first)]).to.deep.equal([2, true]);
    expect(came[1]?.equals(second.subarray(0, came[1].length))).to.equal(true);
  });

  it('refuses an answer that has too much beside its images', async () => {
    const text = `[${'"",'.repeat(2_000_000)}""]`;
    expect(await failure(take(text, 65_536))).to.include({ code: 'invalid-response', maybeCharged: true });
  });
});
