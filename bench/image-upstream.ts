import { randomBytes } from 'node:crypto';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import sharp from 'sharp';

/**
 * An images API that costs nothing to run: every answer is made before it is asked for. The description says what it does.
 * A process of its own, so that what it needs is not taken for what the portal needs.
 */
const mebibyte = 1024 * 1024;
const json = { 'content-type': 'application/json' };

/** A picture of about the size that models deliver: 1024 x 1024, two megabytes. */
async function picture(): Promise<string> {
  const side = 1024;
  const noise = randomBytes(side * side * 3).map((byte, index) => ((index >> 3) & 0xf0) | (byte & 0x1f));
  const bytes = await sharp(noise, { raw: { width: side, height: side, channels: 3 } })
    .png()
    .toBuffer();
  return bytes.toString('base64');
}

/** Bytes: a string of many megabytes would be encoded with each answer, by a processor that the portal's readers need. */
const answer = (images: readonly string[]): Buffer =>
  Buffer.from(
    JSON.stringify({
      created: 1,
      data: images.map((b64_json) => ({ b64_json })),
      usage: { input_tokens: 9, output_tokens: 1088 },
    }),
  );

const solid = (side: number): Promise<Buffer> =>
  sharp({ create: { width: side, height: side, channels: 3, background: '#369' }, limitInputPixels: false })
    .png({ compressionLevel: 9 })
    .toBuffer();

const four = answer(await Promise.all([picture(), picture(), picture(), picture()]));
const tooManyPixels = answer([(await solid(12_000)).toString('base64')]);
const manyPixels = answer([(await solid(4096)).toString('base64')]);
const bomb = gzipSync(Buffer.alloc(256 * mebibyte, 0x41));
const almostTooLarge = Buffer.from(`{"data":[{"b64_json":"${'A'.repeat(60 * mebibyte)}"}]}`);
const piece = Buffer.alloc(mebibyte, 0x41);

async function flood(response: ServerResponse): Promise<void> {
  response.writeHead(200, json).write('{"data":[{"b64_json":"');
  for (let sent = 0; sent < 200 && !response.destroyed; sent += 1) {
    await new Promise<void>((resolve) => response.write(piece, () => resolve()));
  }
  response.end();
}

const replies: Readonly<Record<string, (response: ServerResponse) => unknown>> = {
  'four images': (response) => response.writeHead(200, json).end(four),
  stalls: () => undefined,
  '200 MiB': flood,
  '60 MiB of junk': (response) => response.writeHead(200, json).end(almostTooLarge),
  'gzip bombs': (response) => response.writeHead(200, { ...json, 'content-encoding': 'gzip' }).end(bomb),
  'pixel bombs': (response) => response.writeHead(200, json).end(tooManyPixels),
  'many pixels': (response) => response.writeHead(200, json).end(manyPixels),
  '500 with 60 MiB': (response) => response.writeHead(500, json).end(almostTooLarge),
  '429': (response) => response.writeHead(429, json).end('{"error":{"code":"rate_limit_exceeded","message":"Slow down."}}'),
};

/** Milliseconds; less than any model needs. */
const waits: Readonly<Record<string, number>> = { 'four images': 2000 };

const server = createServer((request, response) => {
  let text = '';
  request.on('data', (chunk: Buffer) => {
    text += chunk.toString();
  });
  request.on('end', () => {
    const { prompt = '' } = JSON.parse(text || '{}') as { prompt?: string };
    response.on('error', () => undefined);
    setTimeout(() => replies[prompt]?.(response), waits[prompt] ?? 1000);
  });
}).listen(0, '127.0.0.1', () =>
  console.log(`The images API is ready at http://127.0.0.1:${(server.address() as AddressInfo).port}`),
);
process.on('SIGTERM', () => process.exit(0));
