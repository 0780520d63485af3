import { cleanDescription, type ImageRequest, ProviderError } from '@portico/ai-providers/api';
import type { OpenAI } from 'openai';
import type { Base64ImageExtractor } from './base64-image-extractor.js';
import { guardedFetch } from './guarded-fetch.js';
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

/** Where requests go. Only the deployment says so: a service that is chosen on a screen never moves them. @throws ProviderError `address-missing` */
export function addressOf(profile: ServiceProfile, baseUrl: string | undefined): URL {
  const address = baseUrl ?? profile.address;
  if (address === undefined) throw new ProviderError('address-missing', `No address of ${profile.name} is given.`);
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
}

/** A client that sends what the profile says, once, to one place. @throws ProviderError `key-missing`, `address-missing` */
export function createClient(
  openai: Library,
  profile: ServiceProfile,
  { baseUrl, key, maxBytes, images, events }: ClientOptions,
): OpenAI {
  const address = addressOf(profile, baseUrl);
  const sent = profile.key === 'none' ? undefined : key;
  if (profile.key === 'required' && !sent) throw new ProviderError('key-missing', 'No API key is set.');
  const ask = guardedFetch(address, { maxBytes, images, events });
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
    prompt: promptFor(profile, request.prompt),
    ...(profile.imagesPerRequest > 1 && { n: request.count }),
    size: profile.sizes[request.size],
    ...Object.fromEntries(optional),
    ...(profile.person && { [profile.person]: request.personHash }),
  };
}

/** Without orders to the server, wherever the words come from: an author, a style of the site, or another module. */
function promptFor({ promptSigns = {} }: ServiceProfile, prompt: string): string {
  let text = cleanDescription(prompt);
  for (const [sign, instead] of Object.entries(promptSigns)) text = text.replaceAll(sign, instead);
  return text;
}
