import { cleanDescription, type ImageRequest, ProviderError } from '@portico/ai-providers/api';
import type { OpenAI } from 'openai';
import type { Base64ImageExtractor } from './base64-image-extractor.js';
import { guardedFetch } from './guarded-fetch.js';
import { variable } from './openai-settings.js';
import type { OptionalParameter, ServiceProfile } from './profiles/index.js';
import { refusalOf } from './refusal.js';
import type { ReadStream } from './streamed-answer.js';

export type Library = typeof import('openai');

/** Large, and needed by few: loaded with the first call. */
export const library = (): Promise<Library> => import('openai');

/** Longer than any deadline of ours; the request's own signal ends it. */
const noTimeLimit = 2 ** 31 - 1;
/** The library insists on one; its header is left out. */
const noKey = 'none';

/** Where requests go. Only the deployment says so: a service that is chosen on a screen never moves them. @throws ProviderError `endpoint-missing` */
export function addressOf(profile: ServiceProfile, baseUrl: string | undefined): URL {
  const address = baseUrl ?? profile.address;
  if (address === undefined)
    throw new ProviderError('endpoint-missing', `No address of ${profile.name} is given: ${variable} holds it.`);
  return new URL(address);
}

export interface ClientOptions {
  readonly baseUrl: string | undefined;
  readonly key: string | undefined;
  /** Bytes of an answer, unpacked. */
  readonly maxBytes: number;
  /** Takes the images out of answers. */
  readonly images?: Base64ImageExtractor | undefined;
  /** How a stream is read, when one is asked for. */
  readonly events?: ReadStream | undefined;
  /** The one way out, when there is one. */
  readonly proxy?: URL | undefined;
  /** Told the headers of every answer. */
  readonly heard?: ((headers: Headers) => void) | undefined;
  /** Told when a request has left. */
  readonly sent?: (() => void) | undefined;
}

/** A client that sends what the profile says, once, to one place. @throws ProviderError `key-missing`, `endpoint-missing` */
export function createClient(
  openai: Library,
  profile: ServiceProfile,
  { baseUrl, key, maxBytes, images, events, proxy, heard, sent: left }: ClientOptions,
): OpenAI {
  const address = addressOf(profile, baseUrl);
  const sent = profile.key === 'none' ? undefined : key?.trim();
  if (profile.key === 'required' && !sent) throw new ProviderError('key-missing', 'No API key is set.');
  if (sent && baseUrl === undefined && sent.length < (profile.keyLength ?? 0))
    throw new ProviderError(
      'invalid-api-key',
      `It was not sent: keys of ${profile.name} have at least ${profile.keyLength} characters.`,
    );
  const ask = guardedFetch(address, { maxBytes, images, events, proxy, heard, sent: left });
  const isBearer = sent !== undefined && profile.keyHeader === 'authorization';
  return new openai.OpenAI({
    apiKey: sent ?? noKey,
    adminAPIKey: null,
    organization: null,
    project: null,
    webhookSecret: null,
    baseURL: `${address.origin}${address.pathname}`.replace(/\/$/, ''),
    defaultQuery: { ...profile.query, ...Object.fromEntries(address.searchParams) },
    defaultHeaders: {
      ...(!isBearer && { authorization: null }),
      ...(sent !== undefined && !isBearer && { [profile.keyHeader]: sent }),
    },
    maxRetries: 0,
    timeout: noTimeLimit,
    logLevel: 'off',
    fetch: async (input, init) => {
      const response = await ask(input, init);
      if (response.status >= 400) throw await refusalOf(response);
      return response;
    },
  });
}

export type RequestBody = Readonly<Record<string, string | number>> & { readonly model: string; readonly prompt: string };

/** What is sent for a request: what the service takes, and nothing that it refuses. */
export function requestBody(profile: ServiceProfile, request: ImageRequest): RequestBody {
  const values: Readonly<Record<OptionalParameter, string | undefined>> = {
    quality: request.quality,
    output_format: 'png',
    moderation: request.moderation,
    response_format: 'b64_json',
  };
  const optional = profile.parameters.flatMap((name) => {
    const value = values[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  return {
    model: request.model,
    prompt: promptAsSent(profile, request.prompt),
    ...(profile.imagesPerRequest > 1 && { n: request.count }),
    size: profile.sizes[request.size],
    ...Object.fromEntries(optional),
    ...(profile.person && { [profile.person]: request.personHash }),
  };
}

const nestedBlocks = 10;

/**
 * Without orders that this very server would obey, wherever the words come from: an author, a style of the site, or another module. What looks like
 * one and means nothing to it is sent as it is.
 */
export function promptAsSent({ promptSigns = {}, controlBlocks = [] }: ServiceProfile, prompt: string): string {
  let text = cleanDescription(prompt);
  // Taking one out may put another one together. Who nests them that deep means no words.
  for (let time = 0, before = ''; before !== text; time += 1) {
    before = text;
    for (const block of controlBlocks) text = text.replace(block, ' ');
    if (time > nestedBlocks && before !== text) text = text.replaceAll('<', ' ');
    text = cleanDescription(text);
  }
  for (const [sign, instead] of Object.entries(promptSigns)) text = text.replaceAll(sign, instead);
  return text;
}
