import type { IncomingHttpHeaders } from 'node:http';
import { type ApiError, errorBody, invalidKey, missingKey } from './api-error.js';
import { type SandboxModel, sandboxModels } from './models.js';

export const dialectNames = ['openai', 'azure-openai', 'localai', 'ollama', 'stable-diffusion-cpp', 'generic'] as const;
export type DialectName = (typeof dialectNames)[number];

/** How a server that speaks the images API differs from others, as data. Where it comes from stands in docs/image-services.md. */
export interface Dialect {
  /** What its paths begin with. */
  readonly root: string;
  /** Parameters of the address without which it finds nothing. */
  readonly query?: Readonly<Record<string, string>>;
  /** `open`: a key is checked when one comes. `unasked`: it looks at none. */
  readonly key: 'bearer' | 'api-key' | 'open' | 'unasked';
  /** Fields of a request; undefined: what it does not know it overlooks. */
  readonly fields?: readonly string[];
  /** What it lists. */
  readonly models: readonly SandboxModel[];
  /** Names it answers to; undefined: those that it lists; `any`: it looks at none. */
  readonly names?: readonly string[] | 'any';
  /** `free`: any multiple of 16. */
  readonly sizes: 'listed' | 'free';
  /** False: one image, whatever `n` says. */
  readonly takesCount: boolean;
  /** False: an address of the picture, unless `response_format` asks for base64. */
  readonly answersBase64: boolean;
  /** `object`: `{error: {message, type, param, code}}`. `bare`: the same without a code. `text`: `{error: "…"}`. `detail`: `{detail: "…"}`. */
  readonly errors: 'object' | 'bare' | 'text' | 'detail';
  readonly countsTokens: boolean;
  /** Names under which it takes a picture to vary; none: it makes no variations. */
  readonly edits: readonly ('image' | 'image[]')[];
}

const openaiFields = [
  'prompt',
  'model',
  'n',
  'size',
  'quality',
  'output_format',
  'output_compression',
  'moderation',
  'background',
  'safety_identifier',
  'stream',
  'partial_images',
];

const openai: Dialect = {
  root: '/v1',
  key: 'bearer',
  fields: openaiFields,
  models: sandboxModels,
  sizes: 'listed',
  takesCount: true,
  answersBase64: true,
  errors: 'object',
  countsTokens: true,
  edits: ['image', 'image[]'],
};

/** A server on somebody's own machine: it takes what it knows, and charges nothing. */
const local = { key: 'unasked', sizes: 'free', takesCount: true, answersBase64: true, countsTokens: false } as const;

export const dialect: Readonly<Record<DialectName, Dialect>> = {
  openai,
  'azure-openai': {
    ...openai,
    root: '/openai/v1',
    query: { 'api-version': 'preview' },
    key: 'api-key',
    fields: [...openaiFields.filter((name) => name !== 'moderation' && name !== 'safety_identifier'), 'user'],
    models: [{ id: 'gpt-4o-2024-11-20' }, { id: 'gpt-image-2-2026-04-21' }],
    names: ['gpt-image-2', 'portal-pictures'],
  },
  localai: {
    ...local,
    root: '/v1',
    key: 'open',
    models: [{ id: 'gpt-4' }, { id: 'stablediffusion' }, { id: 'flux.1-dev-ggml' }],
    answersBase64: false,
    errors: 'bare',
    edits: [],
  },
  ollama: {
    ...local,
    root: '/v1',
    models: [{ id: 'llama3.2:latest' }, { id: 'x/z-image-turbo:latest' }],
    names: ['x/z-image-turbo', 'x/z-image-turbo:latest'],
    takesCount: false,
    errors: 'bare',
    edits: [],
  },
  'stable-diffusion-cpp': {
    ...local,
    root: '/v1',
    models: [{ id: 'sd-cpp-local' }],
    names: 'any',
    errors: 'text',
    edits: ['image[]'],
  },
  generic: {
    ...local,
    root: '/v1',
    key: 'open',
    fields: ['prompt', 'model', 'size', 'response_format'],
    models: [{ id: 'portal-model' }],
    sizes: 'listed',
    takesCount: false,
    answersBase64: false,
    errors: 'detail',
    edits: [],
  },
};

/** An error in the words of the server. */
export function shapeOf(error: ApiError, { errors }: Pick<Dialect, 'errors'>): object {
  const { message, type } = error;
  if (errors === 'object') return errorBody(error);
  if (errors === 'bare') return { error: { message, type, param: null, code: null } };
  return errors === 'text' ? { error: message } : { detail: message };
}

/** Headers in which a key may come. */
export const keyHeaders = ['authorization', 'api-key'] as const;

const accepts = (keys: readonly string[] | 'any', key: string): boolean =>
  keys === 'any' ? /^[\x21-\x7e]{8,}$/.test(key) : keys.includes(key);

/** Undefined when the key will do, or none is asked for. */
export function keyFault(headers: IncomingHttpHeaders, { key }: Dialect, keys: readonly string[] | 'any'): ApiError | undefined {
  if (key === 'unasked') return undefined;
  const bearer = /^Bearer (.+)$/.exec(headers.authorization ?? '')?.[1];
  const given = key === 'api-key' ? headers['api-key'] : bearer;
  if (given === undefined) return key === 'open' ? undefined : missingKey;
  return accepts(keys, String(given)) ? undefined : invalidKey(String(given));
}
