import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import { acceptedEncoding } from '../views/accepted-encoding.js';
import type { HostContext } from './exchange.js';

/** Below this a compressed answer saves nothing: it fits into one packet anyway. */
const smallestBytes = 1024;
/** Pages, JSON and other text. Pictures are compressed already; an event stream must arrive as it is written. */
const compressible = /^(?:text\/(?!event-stream)|application\/(?:json|javascript|xml|[\w.-]+\+(?:json|xml))|image\/svg\+xml)/;

const compressors = {
  // Higher qualities take several times as long for a twentieth less.
  br: (content: Buffer) =>
    promisify(brotliCompress)(content, {
      params: { [constants.BROTLI_PARAM_QUALITY]: 4, [constants.BROTLI_PARAM_SIZE_HINT]: content.length },
    }),
  gzip: (content: Buffer) => promisify(gzip)(content),
};

/**
 * Compresses what handlers answer as a whole, off the event loop, where the client takes it. Files that can be had in parts, streams and what
 * has an encoding already are sent as they are. What is secret in a page must differ each time, or its length tells it (BREACH): see `csrf.ts`.
 */
export async function compressAnswer(ctx: HostContext): Promise<void> {
  if (ctx.respond === false || ctx.headerSent) return;
  const type = String(ctx.res.getHeader('Content-Type') ?? '');
  if (!compressible.test(type) || ctx.res.hasHeader('Content-Encoding') || ctx.res.hasHeader('Accept-Ranges')) return;
  if (ctx.status === 206 || ctx.res.hasHeader('Content-Range')) return;
  if (!isWhole(ctx.body)) return;
  ctx.vary('Accept-Encoding');
  const encoding = acceptedEncoding(ctx, ['br', 'gzip']);
  if (encoding === undefined) return;
  const content = contentOf(ctx.body);
  if (content.length < smallestBytes) return;
  // The same content in other bytes: a strong tag would promise the bytes.
  const tag = String(ctx.res.getHeader('ETag') ?? '');
  if (tag.startsWith('"')) ctx.set('ETag', `W/${tag}`);
  ctx.body = await compressors[encoding](content);
  ctx.set('Content-Encoding', encoding);
}

/** False for streams and for answers without a body. */
function isWhole(body: unknown): body is string | Buffer | object {
  if (typeof body === 'string' || Buffer.isBuffer(body)) return true;
  if (body === null || typeof body !== 'object') return false;
  const prototype = Object.getPrototypeOf(body) as unknown;
  return Array.isArray(body) || prototype === Object.prototype || prototype === null;
}

/** The bytes of an answer; what is no text and no bytes is sent as JSON. */
function contentOf(body: string | Buffer | object): Buffer {
  if (Buffer.isBuffer(body)) return body;
  return Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
}
