import type { IncomingMessage } from 'node:http';
import type { Transform } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';
import { ProviderError } from '@portico/ai-providers/api';

export const invalidResponse = (message: string, maybeCharged = true): ProviderError =>
  new ProviderError('invalid-response', message, { maybeCharged });
const tooMuch = (maxBytes: number): ProviderError => invalidResponse(`The answer has more than ${maxBytes} bytes.`);

/**
 * The body of an answer, unpacked, from the moment it is called. Whatever arrived is handed on before a failure is. @param maxBytes of it, unpacked
 * @param cutAt bytes after which the rest is not read. @throws ProviderError `invalid-response`, `connection-error`, and what its connection failed with
 */
export function bodyOf(
  message: IncomingMessage,
  maxBytes: number,
  cutAt: number = Number.POSITIVE_INFINITY,
): AsyncGenerator<Buffer> {
  return limited(unpacked(message, arrived(message, maxBytes), maxBytes), message, maxBytes, cutAt);
}

const cutOff = (): ProviderError => new ProviderError('connection-error', 'The answer was cut off.', { maybeCharged: true });

/**
 * The bytes of a body, from the moment it is called. What has arrived is handed on before the failure of its connection is: a stream of Node.js drops
 * what it holds when it fails, so nothing is left in it, and its connection never waits for who reads here. More than the limit is not waited for.
 */
function arrived(message: IncomingMessage, maxBytes: number): AsyncGenerator<Buffer> {
  const waiting: Buffer[] = [];
  let size = 0;
  let isOver = false;
  let failure: unknown;
  let wake = (): void => undefined;
  const end = (): void => {
    isOver = true;
    wake();
  };
  message.on('data', (piece: Buffer) => {
    size += piece.length;
    waiting.push(piece);
    if (size > maxBytes) message.destroy(tooMuch(maxBytes));
    wake();
  });
  message.once('end', end);
  message.once('close', end);
  message.on('error', (error) => {
    failure = error;
    end();
  });
  return (async function* () {
    for (;;) {
      for (let piece = waiting.shift(); piece; piece = waiting.shift()) yield piece;
      if (isOver) break;
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
    if (failure !== undefined) throw failure;
    if (!message.complete) throw cutOff();
  })();
}

/** Packed bytes that are unpacked in one go: at most a thousand times as many come of them. */
const packedBytes = 16 * 1024;

/** Like what it is given, in that what could be unpacked comes before any failure. @throws ProviderError `invalid-response` for what nobody can unpack. */
function unpacked(message: IncomingMessage, pieces: AsyncGenerator<Buffer>, maxBytes: number): AsyncGenerator<Buffer> {
  const encoding = (message.headers['content-encoding'] ?? 'identity').toLowerCase();
  if (encoding === 'identity') return pieces;
  const decoders = { gzip: createGunzip, 'x-gzip': createGunzip, deflate: createInflate, br: createBrotliDecompress };
  const create = decoders[encoding as keyof typeof decoders];
  if (!create) throw invalidResponse('The answer has an encoding that is not known.');
  return unpack(pieces, create(), maxBytes);
}

async function* unpack(pieces: AsyncIterable<Buffer>, decoder: Transform, maxBytes: number): AsyncGenerator<Buffer> {
  const out: Buffer[] = [];
  let size = 0;
  let failure: unknown;
  const closed = new Promise<void>((resolve) => decoder.once('close', () => resolve()));
  decoder.on('error', (error) => {
    failure = error;
  });
  decoder.on('data', (piece: Buffer) => {
    size += piece.length;
    out.push(piece);
    if (size > maxBytes) decoder.destroy(tooMuch(maxBytes));
  });
  try {
    for await (const piece of pieces) {
      for (let at = 0; at < piece.length; at += packedBytes) {
        const part = piece.subarray(at, at + packedBytes);
        await Promise.race([closed, new Promise<void>((resolve) => decoder.write(part, () => resolve()))]);
        yield* out.splice(0);
        if (failure !== undefined) throw failure;
      }
    }
    decoder.end();
    await closed;
    yield* out.splice(0);
    if (failure !== undefined) throw failure;
  } finally {
    decoder.destroy();
  }
}

/** Bytes that are read in one go: fifty megabytes a second, more than comes from afar. A near server, or a bomb, has to wait for those who read pages. */
const strideBytes = 64 * 1024;

/** The pieces of a body as they arrive, up to a limit, and no further than a cut, with a pause after each stride. Whoever stops reading ends the connection. */
async function* limited(
  pieces: AsyncIterable<Buffer>,
  message: IncomingMessage,
  maxBytes: number,
  cutAt: number,
): AsyncGenerator<Buffer> {
  let size = 0;
  let rested = 0;
  try {
    for await (const piece of pieces) {
      size += piece.length;
      if (size - rested >= strideBytes) {
        rested = size;
        await delay(1);
      }
      if (size > maxBytes) throw tooMuch(maxBytes);
      yield piece;
      if (size > cutAt) return;
    }
  } finally {
    message.destroy();
  }
}
