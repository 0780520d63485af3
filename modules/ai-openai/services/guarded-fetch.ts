import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { ProviderError } from '@portico/ai-providers/api';
import { bodyOf, invalidResponse } from './answer-body.js';
import type { Base64ImageExtractor } from './base64-image-extractor.js';
import { routeThrough } from './outbound-proxy.js';

/** What is sent: all of it at once, so that its length is known and nothing is sent twice. */
interface Payload {
  readonly bytes: Buffer;
  readonly headers: Record<string, string>;
}

/** Reads a body of the client: JSON as text, or a form with a file, whose boundary belongs into the headers. */
async function payloadOf({ body, headers }: RequestInit): Promise<Payload> {
  const sent = new Headers(headers);
  if (!(body instanceof FormData)) {
    return { bytes: typeof body === 'string' ? Buffer.from(body) : Buffer.alloc(0), headers: Object.fromEntries(sent) };
  }
  const form = new Response(body);
  sent.set('content-type', form.headers.get('content-type') ?? '');
  return { bytes: Buffer.from(await form.arrayBuffer()), headers: Object.fromEntries(sent) };
}

export interface FetchLimits {
  /** Bytes of an answer after decompression. */
  readonly maxBytes: number;
  /** Takes the images out of answers. */
  readonly images?: Base64ImageExtractor | undefined;
  /** Reads a stream of events as it arrives, asked for or not, and answers what stands for its body. Without it a stream is no answer. */
  readonly events?: ((pieces: AsyncIterable<Uint8Array>) => Promise<object>) | undefined;
  /** The one way out, when there is one. */
  readonly proxy?: URL | undefined;
  /** Told the headers of every answer, whatever it is. */
  readonly heard?: ((headers: Headers) => void) | undefined;
  /** Told when all of a request has left, or was answered: what fails before costs nothing. */
  readonly sent?: (() => void) | undefined;
  /** Takes a body of any type: an image at an address that the service named. */
  readonly takesAnything?: boolean;
}
type Fetch = (url: string | URL | Request, init?: RequestInit) => Promise<Response>;

const connectionsOfTheirOwn = { keepAlive: false };

/**
 * A fetch for one origin: no redirects, no proxy but the one that is given, no reused connections (a reset on one would leave open whether the request
 * was carried out), JSON only, whatever it is called, a limit on the decompressed bytes. The answer resolves when its body is complete, so one deadline
 * covers all.
 */
export function guardedFetch(base: URL, limits: FetchLimits): Fetch {
  return async (input, init = {}) => {
    const url = new URL(String(input instanceof Request ? input.url : input));
    if (url.origin !== base.origin) throw new ProviderError('invalid-response', `A request to ${url.origin} was refused.`);
    const secure = url.protocol === 'https:';
    const agent = secure ? new HttpsAgent(connectionsOfTheirOwn) : new HttpAgent(connectionsOfTheirOwn);
    const { bytes, headers } = await payloadOf(init);
    const way = limits.proxy && (await routeThrough(limits.proxy, url, init.signal ?? undefined));
    return new Promise<Response>((resolve, reject) => {
      let sent = false;
      let isAnswered = false;
      const noteSent = (): void => {
        sent = true;
        limits.sent?.();
      };
      const send = (way?.options.protocol ?? url.protocol) === 'https:' ? httpsRequest : httpRequest;
      const request = send(url, {
        ...(way ? way.options : { agent }),
        method: init.method ?? 'GET',
        headers: { ...headers, ...way?.options.headers, 'accept-encoding': 'gzip', 'content-length': String(bytes.length) },
        signal: init.signal ?? undefined,
      });
      request.on('finish', noteSent);
      request.on('error', (error) => {
        // Of an answer that has begun, everything that arrived is read first; its reader fails then.
        if (!isAnswered) reject(asConnectionError(error, sent));
      });
      request.on('response', (message) => {
        isAnswered = true;
        noteSent();
        readAnswer(message, limits)
          .then(resolve, (error: unknown) => reject(asConnectionError(error, true)))
          .finally(() => request.destroy());
      });
      request.end(bytes);
    });
  };
}

/** What Node.js says of a certificate that no authority it knows stands for, or that is not that of the host. Nothing was sent then. */
const untrusted =
  /^(?:DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_(?:GET|VERIFY|DECODE|DECRYPT)_\w+|CERT_\w+|ERR_TLS_CERT_ALTNAME_INVALID|INVALID_CA|HOSTNAME_MISMATCH)$/;

function asConnectionError(error: unknown, maybeCharged: boolean): unknown {
  if (error instanceof ProviderError || (error instanceof Error && error.name === 'AbortError')) return error;
  const code = (error as NodeJS.ErrnoException).code ?? 'no code';
  if (untrusted.test(code))
    return new ProviderError('untrusted-certificate', `The certificate of the image service is not trusted here (${code}).`);
  if (/^Z_(?!BUF_ERROR)/.test(code)) return invalidResponse(`The answer could not be unpacked (${code}).`);
  return new ProviderError('connection-error', `The connection failed (${code}).`, { maybeCharged });
}

/** Of an answer that is no success, as many bytes are read: it is a sentence, or somebody's page. */
const refusalBytes = 64 * 1024;

async function readAnswer(
  message: IncomingMessage,
  { maxBytes, images, events, heard, takesAnything = false }: FetchLimits,
): Promise<Response> {
  const status = message.statusCode ?? 0;
  const headers = Object.entries(message.headers).map(([name, value]): [string, string] => [name, String(value)]);
  heard?.(new Headers(headers));
  const type = message.headers['content-type'] ?? '';
  if (status >= 300 && status < 400) throw redirected(status, message.headers.location, takesAnything);
  const pieces = bodyOf(message, maxBytes, status < 300 ? undefined : refusalBytes);
  const { text, all } = status < 300 && !takesAnything ? await beginningOf(pieces) : { text: '', all: pieces };
  const isStream = status < 300 && events !== undefined && !takesAnything && isEventStream(type, text);
  const answer = status < 300 && !takesAnything && !isStream ? jsonOnly(all, text, status, type) : all;
  const read = status < 300 && images ? images.from(answer) : answer;
  if (isStream) return Response.json(await events(read));
  const body = await whole(read);
  const kept = headers.filter(([name]) => !/^content-(?:encoding|length|type)$|^transfer-encoding$/.test(name));
  return new Response(status === 204 ? null : new Uint8Array(body), {
    status,
    headers: [...kept, ['content-type', status < 300 && !takesAnything ? 'application/json' : type]],
  });
}

/** Nobody follows it. Of where it leads only the host is repeated: the rest may be a secret of a gateway. What moved for good needs another address. */
function redirected(status: number, location: string | undefined, isAnsweredAddress: boolean): ProviderError {
  const host = location !== undefined && URL.canParse(location) ? ` to ${new URL(location).host}` : '';
  const sentence = `The answer was a redirect (${status})${host}.`;
  const isForGood = (status === 301 || status === 308) && !isAnsweredAddress;
  return isForGood ? new ProviderError('endpoint-not-found', sentence, { status }) : invalidResponse(sentence, false);
}

const jsonType = /^application\/(?:[\w.+-]*\+)?json\b/i;
const byteOrderMark = /^\ufeff/;

/** As much of a body is looked at to see what it is. */
const beginningBytes = 1000;

/** The first words of a body, beside all of it. A page is not read to its end. */
async function beginningOf(
  pieces: AsyncGenerator<Buffer>,
): Promise<{ readonly text: string; readonly all: AsyncGenerator<Buffer> }> {
  let before = Buffer.alloc(0);
  let text = '';
  while (text === '' && before.length < beginningBytes) {
    const { value, done } = await pieces.next();
    if (done) break;
    before = Buffer.concat([before, value]);
    text = before.toString('utf8', 0, beginningBytes).replace(byteOrderMark, '').trimStart();
  }
  return { text, all: after(before, pieces) };
}

async function* after(before: Buffer, pieces: AsyncGenerator<Buffer>): AsyncGenerator<Buffer> {
  try {
    yield before;
    yield* pieces;
  } finally {
    await pieces.return(undefined);
  }
}

const beginsLikeJson = (text: string): boolean => /^[[{]/.test(text);

/** A stream is what begins like one, whatever it is called, and what is called one and does not begin like JSON. */
const isEventStream = (type: string, text: string): boolean =>
  /^(?:(?:event|data|id|retry)[ \t]*:|:)/.test(text) || (/^text\/event-stream\b/i.test(type) && !beginsLikeJson(text));

/** JSON is what begins like JSON, whatever it is called; what is called JSON is left to its parser. */
async function* jsonOnly(pieces: AsyncGenerator<Buffer>, text: string, status: number, type: string): AsyncGenerator<Buffer> {
  if (jsonType.test(type) || beginsLikeJson(text)) {
    yield* pieces;
    return;
  }
  await pieces.return(undefined);
  throw invalidResponse(`The answer was ${status} with the type "${type.slice(0, 60)}" instead of JSON.`);
}

async function whole(pieces: AsyncIterable<Buffer>): Promise<Buffer> {
  const all: Buffer[] = [];
  for await (const piece of pieces) all.push(piece);
  return Buffer.concat(all);
}
