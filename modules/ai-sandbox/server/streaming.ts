import type { ServerResponse } from 'node:http';
import { loadSharp } from '@portico/core/util';
import { apiErrors, errorBody } from './api-error.js';
import type { ApiErrorName, Behaviour, StreamFault } from './behaviours.js';
import { pause } from './pause.js';

const mebibyte = 1024 * 1024;
/** What the API charges for each partial image. */
export const tokensOfPartialImage = 100;

/** What a stream has at hand. */
export interface StreamContext {
  readonly response: ServerResponse;
  /** How the names of events begin: what was asked for. */
  readonly kind: 'image_generation' | 'image_edit';
  readonly partials: number;
  /** Milliseconds over all. */
  readonly latency: number;
  readonly behaviour: Behaviour | undefined;
  /** The honest answer as text, with one image. */
  readonly answer: () => Promise<string>;
  /** Resolves when the client or the sandbox gives up. */
  readonly ended: Promise<void>;
}

interface Answer {
  readonly data: readonly { readonly b64_json: string }[];
  readonly usage: { readonly output_tokens: number; readonly total_tokens: number };
}
type Send = (name: string, data: object | string) => Promise<void>;

/** What goes wrong after the first partial image; true: the stream ends there. */
type Fault = (scene: StreamContext, send: Send) => Promise<boolean>;

const errorEvent =
  (name: ApiErrorName): Fault =>
  async (_scene, send) => {
    await send('error', { type: 'error', ...errorBody(apiErrors[name]) });
    return true;
  };

const faults: Readonly<Record<StreamFault, Fault>> = {
  'stream-cut': async () => true,
  'stream-reset': async ({ response }) => {
    response.socket?.resetAndDestroy();
    return true;
  },
  'stream-stall': async ({ ended }) => {
    await ended;
    return true;
  },
  'stream-garbage': async ({ kind }, send) => {
    await send(`${kind}.partial_image`, 'what is this?');
    await send(`${kind}.partial_image`, { type: `${kind}.partial_image`, b64_json: 7 });
    await send('keepalive', { type: 'keepalive' });
    return false;
  },
  'stream-bad-preview': async ({ kind }, send) => {
    const b64 = Buffer.from('This is a letter, not a picture.').toString('base64');
    await send(`${kind}.partial_image`, { type: `${kind}.partial_image`, b64_json: b64, partial_image_index: 1 });
    return false;
  },
  'stream-no-image': async ({ kind }, send) => {
    await send(`${kind}.completed`, { type: `${kind}.completed`, usage: {} });
    return true;
  },
  'stream-error': errorEvent('error-500'),
  'stream-declined': errorEvent('moderation-blocked'),
  'stream-insufficient-quota': errorEvent('insufficient-quota'),
  'stream-model-gone': errorEvent('model-not-found'),
  'stream-huge': async ({ response, behaviour, kind }) => {
    response.write(`event: ${kind}.partial_image\ndata: {"b64_json":"`);
    const piece = Buffer.alloc(mebibyte, 0x41);
    for (let sent = 0; sent < (behaviour?.amount ?? 200 * mebibyte) && !response.destroyed; sent += piece.length) {
      await new Promise<void>((resolve) => response.write(piece, () => resolve()));
    }
    return true;
  },
};

/** Answers with server-sent events as the API does: partial images, each clearer than the one before, then the image with its usage. */
export async function streamAnswer(scene: StreamContext): Promise<void> {
  const { response, kind, partials, latency, behaviour, ended } = scene;
  const fault = behaviour && faults[behaviour.name as StreamFault];
  response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-cache' });
  const send: Send = (name, data) =>
    new Promise((resolve) => {
      const text = typeof data === 'string' ? data : JSON.stringify(data);
      if (response.destroyed) resolve();
      else response.write(`event: ${name}\ndata: ${text}\n\n`, () => resolve());
    });
  const turnOf = (event: number): Promise<unknown> =>
    behaviour?.until ? Promise.race([behaviour.until(event), ended]) : pause(latency / (partials + 1), ended);
  const answer = JSON.parse(await scene.answer()) as Answer;
  const { data, usage, ...facts } = answer;
  const picture = Buffer.from(data[0]?.b64_json ?? '', 'base64');
  for (let index = 0; index < partials; index += 1) {
    await turnOf(index);
    const text = (await blurred(picture, partials - index)).toString('base64');
    const type = `${kind}.partial_image`;
    await send(type, { type, partial_image_index: index, b64_json: text, ...facts });
    if (index === 0 && fault && (await fault(scene, send))) return void response.end();
  }
  await turnOf(partials);
  const extra = partials * tokensOfPartialImage;
  const type = `${kind}.completed`;
  await send(type, {
    type,
    b64_json: data[0]?.b64_json,
    ...facts,
    usage: { ...usage, output_tokens: usage.output_tokens + extra, total_tokens: usage.total_tokens + extra },
  });
  response.end();
}

/** A picture on its way: the fewer steps are left, the clearer. */
async function blurred(picture: Buffer, stepsLeft: number): Promise<Buffer> {
  const sharp = await loadSharp();
  return sharp(picture)
    .blur(stepsLeft * 12)
    .toBuffer();
}
