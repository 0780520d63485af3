import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import Koa, { type Context } from 'koa';
import { type ApiError, apiErrors, errorBody, invalidKey, missingKey } from './api-error.js';
import { type Behaviour, type BehaviourName, behaviourIn, withoutBehaviours } from './behaviours.js';
import { type ImageOrder, readOrder } from './image-request.js';
import { faults } from './line-faults.js';
import { modelList, type SandboxModel } from './models.js';
import { Painter } from './painting/painter.js';

/** The key that the sandbox takes when none is given. */
export const sandboxKey = 'sk-sandbox-portico-demo-key';
const maxBodyBytes = 1024 * 1024;

export interface SandboxOptions {
  /** Default 0: any free port. */
  readonly port?: number;
  /** Keys that are accepted; default `[sandboxKey]`. `any`: every key of a sensible shape. */
  readonly keys?: readonly string[] | 'any';
  /** What the first requests get, one after the other; afterwards it draws. */
  readonly behaviours?: readonly (Behaviour | BehaviourName)[];
  /** Whether `[fail:…]` in a description is obeyed. Default true. */
  readonly obeysDescriptions?: boolean;
  /** What the list of models says; default: those of the API as of November 2026. */
  readonly models?: readonly SandboxModel[];
  /** Milliseconds that each honest answer takes at least. */
  readonly latency?: number;
  readonly now?: () => Date;
}

/** What arrived; never the key. */
export interface SandboxRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
  /** The status that was answered; undefined while, or if never, answered. */
  status: number | undefined;
}

/** A running stand-in of the images API on the loopback interface. */
export interface ImagesSandbox {
  /** Base URL for clients, ending in `/v1`. */
  readonly url: string;
  readonly requests: readonly SandboxRequest[];
  /** The image requests among them. */
  readonly generations: readonly SandboxRequest[];
  /** What the next requests get, one after the other, after those already told. */
  next(...behaviours: readonly (Behaviour | BehaviourName)[]): void;
  /** The same for requests for the list of models. */
  nextList(...behaviours: readonly (Behaviour | BehaviourName)[]): void;
  /** Forgets what arrived and what was told. */
  reset(): void;
  close(): Promise<void>;
}

/** Starts a sandbox. */
export async function createImagesSandbox(options: SandboxOptions = {}): Promise<ImagesSandbox> {
  const script: Behaviour[] = [];
  const tell = (behaviours: readonly (Behaviour | BehaviourName)[], to = script): void => {
    to.push(...behaviours.map((behaviour) => (typeof behaviour === 'string' ? { name: behaviour } : behaviour)));
  };
  const listScript: Behaviour[] = [];
  tell(options.behaviours ?? []);
  const requests: SandboxRequest[] = [];
  const painter = new Painter();
  const drawn = new Map<string, number>();
  const now = options.now ?? ((): Date => new Date());
  let close: () => void = () => {};
  const closed = new Promise<void>((resolve) => {
    close = resolve;
  });

  const draw = async (order: ImageOrder): Promise<string> => {
    if (options.latency) await new Promise((resolve) => setTimeout(resolve, options.latency));
    const description = withoutBehaviours(order.prompt);
    const data: { b64_json: string }[] = [];
    for (let index = 0; index < order.n; index += 1) {
      const time = (drawn.get(description) ?? 0) + 1;
      drawn.set(description, time);
      const picture = await painter.picture(description, `${description}#${time}`, order.width, order.height, order.format);
      data.push({ b64_json: picture.toString('base64') });
    }
    return JSON.stringify(answerOf(order, data, now()));
  };

  const generate = async (ctx: Context, entry: SandboxRequest): Promise<void> => {
    const told = script.shift();
    const order = readOrder(entry.body, now());
    const behaviour = told ?? (options.obeysDescriptions !== false && 'prompt' in order ? behaviourIn(order.prompt) : undefined);
    const error = behaviour && (apiErrors as Readonly<Record<string, ApiError>>)[behaviour.name];
    if (error) return refuse(ctx, { ...error, retryAfter: behaviour.retryAfter ?? error.retryAfter });
    if (!('prompt' in order)) return refuse(ctx, order);
    if (!behaviour) {
      ctx.type = 'application/json';
      ctx.body = await draw(order);
      return;
    }
    await spoil(ctx, entry, behaviour, () => draw(order));
  };

  const list = async (ctx: Context, entry: SandboxRequest): Promise<void> => {
    const behaviour = listScript.shift();
    const error = behaviour && (apiErrors as Readonly<Record<string, ApiError>>)[behaviour.name];
    if (error) return refuse(ctx, error);
    const body = modelList(now(), options.models);
    if (behaviour) await spoil(ctx, entry, behaviour, async () => JSON.stringify(body));
    else ctx.body = body;
  };

  const spoil = async (
    ctx: Context,
    entry: SandboxRequest,
    behaviour: Behaviour,
    answer: () => Promise<string>,
  ): Promise<void> => {
    ctx.respond = false;
    const ended = Promise.race([new Promise<void>((resolve) => ctx.res.once('close', resolve)), closed]);
    const fault = faults[behaviour.name as keyof typeof faults];
    await fault({ response: ctx.res, behaviour, answer, ended });
    entry.status = ctx.res.headersSent ? ctx.res.statusCode : undefined;
  };

  const app = new Koa();
  app.silent = true;
  app.use(async (ctx) => {
    const entry: SandboxRequest = {
      method: ctx.method,
      path: ctx.path,
      headers: withoutKey(ctx.req),
      body: await readJson(ctx.req),
      status: undefined,
    };
    requests.push(entry);
    const key = /^Bearer (.+)$/.exec(ctx.get('authorization'))?.[1];
    if (!key) refuse(ctx, missingKey);
    else if (!accepts(options.keys, key)) refuse(ctx, invalidKey(key));
    else if (ctx.method === 'GET' && ctx.path === '/v1/models') await list(ctx, entry);
    else if (ctx.method === 'POST' && ctx.path === '/v1/images/generations') await generate(ctx, entry);
    else
      refuse(ctx, {
        status: 404,
        type: 'invalid_request_error',
        code: 'unknown_url',
        message: `Unknown request URL: ${ctx.path}`,
      });
    if (ctx.respond !== false) entry.status = ctx.status;
  });

  const server = createServer(app.callback());
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(options.port ?? 0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    requests,
    get generations() {
      return requests.filter(({ path }) => path === '/v1/images/generations');
    },
    next: (...behaviours) => tell(behaviours),
    nextList: (...behaviours) => tell(behaviours, listScript),
    reset: () => {
      requests.length = 0;
      script.length = 0;
      listScript.length = 0;
    },
    close: async () => {
      close();
      const done = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await done;
      await painter.close();
    },
  };
}

const accepts = (keys: SandboxOptions['keys'], key: string): boolean =>
  keys === 'any' ? /^[\x21-\x7e]{8,}$/.test(key) : (keys ?? [sandboxKey]).includes(key);

function refuse(ctx: Context, error: ApiError): void {
  ctx.status = error.status;
  if (error.retryAfter !== undefined) ctx.set('Retry-After', String(error.retryAfter));
  ctx.body = errorBody(error);
}

function withoutKey(request: IncomingMessage): Record<string, string> {
  const headers = Object.entries(request.headers).filter(([name]) => name !== 'authorization');
  return Object.fromEntries(headers.map(([name, value]) => [name, String(value)]));
}

async function readJson(request: IncomingMessage): Promise<unknown> {
  const pieces: Buffer[] = [];
  let size = 0;
  for await (const piece of request as AsyncIterable<Buffer>) {
    size += piece.length;
    if (size <= maxBodyBytes) pieces.push(piece);
  }
  try {
    return JSON.parse(Buffer.concat(pieces).toString('utf8'));
  } catch {
    return undefined;
  }
}

const outputTokens: Readonly<Record<string, number>> = { low: 272, medium: 1056, high: 4160, auto: 1056 };

function answerOf(order: ImageOrder, data: readonly object[], now: Date): object {
  const input = Math.ceil(order.prompt.length / 4);
  const output = (outputTokens[order.quality] ?? 1056) * data.length;
  return {
    created: Math.floor(now.getTime() / 1000),
    background: 'opaque',
    output_format: order.format,
    quality: order.quality,
    size: order.size,
    data,
    usage: {
      input_tokens: input,
      input_tokens_details: { image_tokens: 0, text_tokens: input },
      output_tokens: output,
      total_tokens: input + output,
    },
  };
}
