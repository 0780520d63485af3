import type { ServerResponse } from 'node:http';
import type { Writable } from 'node:stream';
import { createGzip } from 'node:zlib';
import { loadSharp } from '@portico/core/util';
import type { Behaviour, ConnectionFault } from './behaviours.js';
import { pause } from './pause.js';

const mebibyte = 1024 * 1024;
const json = { 'content-type': 'application/json' };

/** What a fault has at hand: the honest answer as text, made when it is asked for. */
export interface FaultContext {
  readonly response: ServerResponse;
  readonly behaviour: Behaviour;
  readonly answer: () => Promise<string>;
  /** Resolves when the client or the sandbox gives up. */
  readonly ended: Promise<void>;
}
type Fault = (scene: FaultContext) => Promise<void>;

const send = (response: ServerResponse, body: string | Buffer, headers: Record<string, string> = json): void => {
  response.writeHead(200, headers).end(body);
};

/** Writes until `bytes` are out or the other end has gone; never keeps more than a piece in memory. */
async function flood(to: Writable, bytes: number): Promise<void> {
  const piece = Buffer.alloc(mebibyte, 0x41);
  for (let sent = 0; sent < bytes && !to.destroyed; sent += piece.length) {
    await new Promise<void>((resolve) => to.write(piece, () => resolve()));
  }
}

/** Every way to break an answer on its way; the rest of the API's errors are data. */
export const faults: Readonly<Record<ConnectionFault, Fault>> = {
  'stall-before-headers': ({ ended }) => ended,
  'stall-in-body': async ({ response, answer, ended }) => {
    const text = await answer();
    response.writeHead(200, { ...json, 'content-length': String(text.length) });
    response.write(text.slice(0, text.length >> 1));
    await ended;
  },
  'byte-by-byte': async ({ response, answer, behaviour, ended }) => {
    const text = await answer();
    response.writeHead(200, { ...json, 'content-length': String(text.length) });
    for (let at = 0; at < text.length && !response.destroyed; at += 1) {
      response.write(text.charAt(at));
      await pause(behaviour.millis ?? 20, ended);
    }
    response.end();
  },
  'reset-before-headers': async ({ response }) => void response.socket?.resetAndDestroy(),
  'reset-in-body': async ({ response, answer }) => {
    const text = await answer();
    response.writeHead(200, { ...json, 'content-length': String(text.length) });
    await new Promise<void>((resolve) => response.write(text.slice(0, 4096), () => resolve()));
    response.socket?.resetAndDestroy();
  },
  redirect: async ({ response, behaviour }) =>
    void response.writeHead(307, { location: behaviour.location ?? '/v1/elsewhere', ...json }).end('{}'),
  html: async ({ response }) =>
    send(response, '<!doctype html><title>Welcome</title><p>Please sign in.', { 'content-type': 'text/html' }),
  empty: async ({ response }) => send(response, ''),
  'broken-json': async ({ response }) => send(response, '{"created":1767225600,"data":[{"b64_json":"iVBORw0'),
  'no-data': async ({ response }) => send(response, '{"created":1767225600}'),
  'truncated-base64': async ({ response, answer }) => {
    const body = JSON.parse(await answer()) as { data: { b64_json: string }[] };
    send(
      response,
      JSON.stringify({ ...body, data: body.data.map(({ b64_json: text }) => ({ b64_json: text.slice(0, text.length >> 1) })) }),
    );
  },
  'not-an-image': async ({ response }) =>
    send(
      response,
      JSON.stringify({ created: 1, data: [{ b64_json: Buffer.from('This is a letter, not a picture.').toString('base64') }] }),
    ),
  'pixel-bomb': async ({ response }) => send(response, JSON.stringify({ created: 1, data: [{ b64_json: await hugePicture() }] })),
  'too-few': async ({ response, answer, behaviour }) => {
    const body = JSON.parse(await answer()) as { data: unknown[] };
    send(response, JSON.stringify({ ...body, data: body.data.slice(0, behaviour.amount ?? Math.max(1, body.data.length - 1)) }));
  },
  'url-instead': async ({ response }) =>
    send(response, JSON.stringify({ created: 1, data: [{ url: 'http://127.0.0.1:9/picture.png' }] })),
  huge: async ({ response, behaviour }) => {
    response.writeHead(200, json).write('{"data":[{"b64_json":"');
    await flood(response, behaviour.amount ?? 200 * mebibyte);
    if (!response.destroyed) response.end('"}]}');
  },
  'gzip-bomb': async ({ response, behaviour }) => {
    const gzip = createGzip({ level: 9 });
    response.writeHead(200, { ...json, 'content-encoding': 'gzip' });
    gzip.pipe(response);
    response.once('close', () => gzip.destroy());
    await flood(gzip, behaviour.amount ?? 1024 * mebibyte);
    if (!gzip.destroyed) gzip.end();
  },
  'plain-string-error': async ({ response }) => void response.writeHead(500, json).end('{"error":"out of memory"}'),
  'detail-error': async ({ response }) => void response.writeHead(422, json).end('{"detail":[{"msg":"field required"}]}'),
  slow: async ({ response, answer, behaviour, ended }) => {
    await pause(behaviour.millis ?? 2000, ended);
    if (!response.destroyed) send(response, await answer());
  },
};

/** A small file that unpacks to 12000 x 12000 pixels. */
async function hugePicture(): Promise<string> {
  const sharp = await loadSharp();
  const side = 12_000;
  const picture = sharp({ create: { width: side, height: side, channels: 3, background: '#336699' }, limitInputPixels: false });
  return (await picture.png({ compressionLevel: 1, palette: false }).toBuffer()).toString('base64');
}
