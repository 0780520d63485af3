import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import Koa, { type Context } from 'koa';
import { type ApiError, apiErrors } from './api-error.js';
import { type Behaviour, type BehaviourName, isStreamFault, withoutBehaviours } from './behaviours.js';
import { faults } from './connection-faults.js';
import { type DialectName, dialect as dialectOf, keyFault, keyHeaders, shapeOf } from './dialect.js';
import { type EditForm, type EditOrder, readEdit, readEditForm } from './edit-request.js';
import { type ImageOrder, readOrder } from './image-request.js';
import { modelList, type SandboxModel } from './models.js';
import { Painter, variation } from './painting/painter.js';
import { pause } from './pause.js';
import { Script } from './script.js';
import { streamAnswer } from './streaming.js';

const outputTokens: Readonly<Record<string, number>> = { low: 272, medium: 1056, high: 4160, auto: 1056 };

/** Tokens of a picture that is read: one for each square of 32 pixels. */
const imageTokens = (order: ImageOrder | EditOrder): number =>
  'source' in order ? Math.ceil((order.width * order.height) / 32 ** 2) : 0;

/** The body of an answer with pictures. */
function answerOf(order: ImageOrder | EditOrder, data: readonly object[], now: Date, countsTokens: boolean): object {
  const created = Math.floor(now.getTime() / 1000);
  if (!countsTokens) return { created, data };
  const text = Math.ceil(order.prompt.length / 4);
  const image = imageTokens(order);
  const input = text + image;
  const output = (outputTokens[order.quality] ?? 1056) * data.length;
  return {
    created,
    background: 'opaque',
    output_format: order.format,
    quality: order.quality,
    size: order.size,
    data,
    usage: {
      input_tokens: input,
      input_tokens_details: { image_tokens: image, text_tokens: text },
      output_tokens: output,
      total_tokens: input + output,
    },
  };
}

/** The key that the sandbox takes when none is given. */
export const sandboxKey = 'sk-sandbox-portico-demo-key';
const maxBodyBytes = 1024 * 1024;
/** A form with a picture. */
const maxFormBytes = 64 * 1024 * 1024;
const generationsPath = '/images/generations';
const editsPath = '/images/edits';
/** Where a picture would be that is answered as an address; nobody listens there. */
const pictureAddress = 'http://127.0.0.1:9/generated-images/picture.png';

export interface SandboxOptions {
  /** Whose dialect it has. Default `openai`. */
  readonly dialect?: DialectName;
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
  /** The parameters of the address. */
  readonly query: Readonly<Record<string, string>>;
  /** In which header a key came; undefined: in none. */
  readonly keyHeader: (typeof keyHeaders)[number] | undefined;
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
  /** The requests for new images among them. */
  readonly generations: readonly SandboxRequest[];
  /** The requests for variations among them; of a file, the body tells `type`, `size` and `sha256`. */
  readonly edits: readonly SandboxRequest[];
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
  const dialect = dialectOf[options.dialect ?? 'openai'];
  const script = new Script(options.behaviours ?? [], options.obeysDescriptions ?? true);
  const requests: SandboxRequest[] = [];
  const painter = new Painter();
  const drawn = new Map<string, number>();
  const now = options.now ?? ((): Date => new Date());
  let close: () => void = () => {};
  const closed = new Promise<void>((resolve) => {
    close = resolve;
  });

  const refuse = (ctx: Context, error: ApiError): void => {
    ctx.status = error.status;
    if (error.retryAfter !== undefined) ctx.set('Retry-After', String(error.retryAfter));
    ctx.body = shapeOf(error, dialect);
  };

  const draw = async (order: ImageOrder | EditOrder): Promise<string> => {
    if (options.latency && order.partials === undefined) await pause(options.latency, closed);
    const description = withoutBehaviours(order.prompt);
    const data: ({ b64_json: string } | { url: string })[] = [];
    for (let index = 0; index < order.n; index += 1) {
      const time = (drawn.get(description) ?? 0) + 1;
      drawn.set(description, time);
      const scene = await painter.picture(description, `${description}#${time}`, order.width, order.height, order.format);
      const picture = 'source' in order ? await variation(scene, order.source, order) : scene;
      data.push(order.asAddress ? { url: pictureAddress } : { b64_json: picture.toString('base64') });
    }
    return JSON.stringify(answerOf(order, data, now(), dialect.countsTokens));
  };

  const generate = async (ctx: Context, entry: SandboxRequest, form?: EditForm): Promise<void> => {
    const scripted = script.takeNext();
    const order = form ? await readEdit(form, now(), dialect) : readOrder(entry.body, now(), dialect);
    const behaviour = script.behaviourFor(order, scripted);
    const error = behaviour && (apiErrors as Readonly<Record<string, ApiError>>)[behaviour.name];
    if (error) return refuse(ctx, { ...error, retryAfter: behaviour.retryAfter ?? error.retryAfter });
    if (!('prompt' in order)) return refuse(ctx, order);
    const isHonest = !behaviour || isStreamFault(behaviour.name);
    if (order.partials !== undefined && (isHonest || behaviour.name === 'slow')) {
      await stream(ctx, entry, order, order.partials, behaviour);
      return;
    }
    if (isHonest) {
      ctx.type = 'application/json';
      ctx.body = await draw(order);
      return;
    }
    await spoil(ctx, entry, behaviour, () => draw(order));
  };

  const stream = async (
    ctx: Context,
    entry: SandboxRequest,
    order: ImageOrder | EditOrder,
    partials: number,
    behaviour: Behaviour | undefined,
  ): Promise<void> => {
    ctx.respond = false;
    entry.status = 200;
    await streamAnswer({
      response: ctx.res,
      kind: 'source' in order ? 'image_edit' : 'image_generation',
      partials,
      latency: behaviour?.name === 'slow' ? (behaviour.millis ?? 2000) : (options.latency ?? 0),
      behaviour,
      answer: () => draw(order),
      ended: endOf(ctx),
    });
  };

  const endOf = (ctx: Context): Promise<void> =>
    Promise.race([new Promise<void>((resolve) => ctx.res.once('close', resolve)), closed]);

  const list = async (ctx: Context, entry: SandboxRequest): Promise<void> => {
    const behaviour = script.takeNextForLists();
    const error = behaviour && (apiErrors as Readonly<Record<string, ApiError>>)[behaviour.name];
    if (error) return refuse(ctx, error);
    const body = modelList(now(), options.models ?? dialect.models);
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
    const ended = endOf(ctx);
    const fault = faults[behaviour.name as keyof typeof faults];
    await fault({ response: ctx.res, behaviour, answer, ended });
    entry.status = ctx.res.headersSent ? ctx.res.statusCode : undefined;
  };

  const app = new Koa();
  app.silent = true;
  app.use(async (ctx) => {
    const isEdit = dialect.edits.length > 0 && ctx.method === 'POST' && ctx.path === `${dialect.root}${editsPath}`;
    const form = isEdit ? await readEditForm(await readBody(ctx.req, maxFormBytes), ctx.get('content-type')) : undefined;
    const entry: SandboxRequest = {
      method: ctx.method,
      path: ctx.path,
      query: Object.fromEntries(ctx.URL.searchParams),
      keyHeader: keyHeaders.find((name) => ctx.get(name) !== ''),
      headers: withoutKey(ctx.req),
      body: form ? form.fields : await readJson(ctx.req),
      status: undefined,
    };
    requests.push(entry);
    const fault = keyFault(ctx.req.headers, dialect, options.keys ?? [sandboxKey]);
    const isFound = Object.entries(dialect.query ?? {}).every(([name, value]) => entry.query[name] === value);
    if (fault) refuse(ctx, fault);
    else if (isFound && ctx.method === 'GET' && ctx.path === `${dialect.root}/models`) await list(ctx, entry);
    else if (isFound && (isEdit || (ctx.method === 'POST' && ctx.path === `${dialect.root}${generationsPath}`)))
      await generate(ctx, entry, form);
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
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}${dialect.root}`,
    requests,
    get generations() {
      return requests.filter(({ path }) => path.endsWith(generationsPath));
    },
    get edits() {
      return requests.filter(({ path }) => path.endsWith(editsPath));
    },
    next: (...behaviours) => script.add(behaviours),
    nextList: (...behaviours) => script.addForLists(behaviours),
    reset: () => {
      requests.length = 0;
      script.reset();
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

function withoutKey(request: IncomingMessage): Record<string, string> {
  const headers = Object.entries(request.headers).filter(([name]) => !keyHeaders.some((secret) => secret === name));
  return Object.fromEntries(headers.map(([name, value]) => [name, String(value)]));
}

/** What is longer is cut off, and then it does not parse. */
async function readBody(request: IncomingMessage, maxBytes: number): Promise<Buffer> {
  const pieces: Buffer[] = [];
  let size = 0;
  for await (const piece of request as AsyncIterable<Buffer>) {
    size += piece.length;
    if (size <= maxBytes) pieces.push(piece);
  }
  return Buffer.concat(pieces);
}

async function readJson(request: IncomingMessage): Promise<unknown> {
  try {
    return JSON.parse((await readBody(request, maxBodyBytes)).toString('utf8'));
  } catch {
    return undefined;
  }
}
