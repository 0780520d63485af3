import {
  type DeliverySize,
  type ImageProvider,
  type ImageRequest,
  isRetired,
  looksLikePicture,
  type ModelNames,
  type ProviderAnswer,
  ProviderError,
  type ProviderHelp,
  type ProviderModel,
  type SourceImage,
} from '@portico/ai-providers/api';
import { type Class, inject, injectable, z } from '@portico/core';
import type { OpenAI, toFile } from 'openai';
import { type ReadAnswer, readAnswer, salvage } from './answer.js';
import { readAddresses } from './answered-addresses.js';
import { Base64ImageExtractor } from './base64-image-extractor.js';
import { addressOf, createClient, library, promptAsSent, requestBody } from './client.js';
import { keyField, OpenAiConfig, variable } from './openai-settings.js';
import type { ServiceProfile } from './profiles/index.js';
import { pathsWithEdits } from './profiles/service-profile.js';
import { refusalInside, requestIdOf } from './refusal.js';
import { asProviderError } from './request-problem.js';
import { partialImages, type StreamParameters, salvageStream, streamFor, streamReader } from './streamed-answer.js';

const date = z
  .union([z.string().max(40), z.number()])
  .optional()
  .catch(undefined);
const ModelList = z.object({
  // Some write null for an empty list.
  data: z
    .array(z.object({ id: z.string().regex(/^[\w.:/-]{1,200}$/), shutdown_date: date }).catch({ id: '' }))
    .max(20_000)
    .nullable(),
});

/**
 * Reads the answer of `GET /models`; entries that are not models are left out.
 * @param suffix what is taken off the end of names. @throws ProviderError `invalid-response`
 */
function readModels(answer: unknown, suffix = ''): readonly ProviderModel[] {
  const refusal = refusalInside(answer);
  if (refusal) throw refusal;
  const parsed = ModelList.safeParse(answer);
  if (!parsed.success) throw new ProviderError('invalid-response', 'The answer does not have the shape of a list of models.');
  return (parsed.data.data ?? [])
    .filter(({ id }) => id !== '')
    .map(({ id: listed, shutdown_date: text }) => {
      const id = suffix !== '' && listed.endsWith(suffix) ? listed.slice(0, -suffix.length) : listed;
      const day = dayOf(text);
      return day === undefined ? { id } : { id, shutdownDate: day };
    });
}

/** An ISO day, from ISO text or from Unix seconds. */
function dayOf(value: string | number | undefined): string | undefined {
  const time = typeof value === 'number' ? value * 1000 : Date.parse(value ?? '');
  return Number.isFinite(time) && Math.abs(time) < 8e15 ? new Date(time).toISOString().slice(0, 10) : undefined;
}

/** Names of files carry nothing of the author's: only the type counts. */
const fileNames: Readonly<Record<SourceImage['mimeType'], string>> = {
  'image/png': 'source.png',
  'image/jpeg': 'source.jpg',
  'image/webp': 'source.webp',
};

/**
 * Asks for variations of a picture: one POST of a form. The picture goes as one of a list (`image[]`), which all services take; some take
 * nothing else. How strictly a picture is judged cannot be said here; the service decides.
 */
async function askForEdit(
  client: OpenAI,
  asFile: typeof toFile,
  profile: ServiceProfile,
  request: ImageRequest,
  { bytes, mimeType }: SourceImage,
  stream?: StreamParameters,
): Promise<unknown> {
  const form = new FormData();
  form.append('image[]', await asFile(bytes, fileNames[mimeType], { type: mimeType }));
  const fields = { ...requestBody(profile, { ...request, moderation: undefined }), ...stream };
  for (const [name, value] of Object.entries(fields)) form.append(name, String(value));
  return client.post<unknown>(profile.paths.edits ?? pathsWithEdits.edits, { body: form, signal: request.signal });
}

/**
 * An error counts at any status, but not more than pictures that came beside it. Other words in their place do not hide it; they are kept with it
 * where they may have been paid for.
 */
function readOrRefuse(
  answer: unknown,
  extractor: Base64ImageExtractor,
  headers: Headers | undefined,
): ReadAnswer & { readonly refusal?: ProviderError } {
  const refusal = refusalInside(answer, headers);
  try {
    const read = readAnswer(answer, extractor);
    if (!refusal || read.images.some(({ bytes }) => looksLikePicture(bytes))) return read;
    if (refusal.maybeCharged && read.images.length > 0) return { ...read, refusal };
  } catch (error) {
    throw refusal ?? error;
  }
  throw refusal;
}

/** Bytes of a list of models. */
const listBytes = 4 * 1024 * 1024;

/**
 * OpenAI's images API, and servers that speak it: one provider for each profile. One call is one POST, and nothing is ever sent twice.
 *
 * What comes in is a request that ai-creator let through, with the key and the deadline. A model that was shut down is refused before anything
 * is sent. The body is made of what the profile takes; the answer is read as it arrives, its images taken out of the text piece by piece, with
 * a limit on its bytes, and read generously, because it was paid for: what had come whole of an answer that broke off is answered with what went wrong.
 * Whatever else goes wrong becomes a `ProviderError`, which says whether the request may have been carried out and holds nothing of key, prompt or
 * answer. Nobody follows a redirect or takes another proxy than the deployment's; an address in an answer is read where the profile lets a service name
 * images at its own place, and nowhere else.
 */
export class OpenAiImageProvider implements ImageProvider {
  readonly id: string;
  readonly name: string;
  readonly keyField = keyField;
  readonly needsKey: boolean;
  readonly takesKey: boolean;
  readonly needsAddress = true;
  readonly modelNames: ModelNames;
  readonly imagesPerRequest: number;
  readonly refines: boolean;
  readonly previews: boolean;
  readonly previewTokens: number | undefined;
  readonly promptLimit: number | undefined;
  readonly takesQuality: boolean;

  constructor(
    private readonly config: OpenAiConfig,
    private readonly profile: ServiceProfile,
  ) {
    const { tokensOfPartialImage: tokens } = profile;
    this.id = profile.id;
    this.name = profile.name;
    this.needsKey = profile.key === 'required';
    this.takesKey = profile.key !== 'none';
    this.modelNames = profile.models;
    this.imagesPerRequest = profile.imagesPerRequest;
    this.refines = profile.paths.edits !== undefined;
    this.previews = profile.streams;
    this.previewTokens = tokens === undefined ? undefined : tokens * partialImages;
    this.promptLimit = profile.promptLimit;
    this.takesQuality = profile.parameters.includes('quality');
  }

  /** Undefined while the deployment gives no address. */
  get place(): string | undefined {
    try {
      return addressOf(this.profile, this.config.baseUrl).host;
    } catch {
      return undefined;
    }
  }

  get address(): NonNullable<ImageProvider['address']> {
    const given = this.config.baseUrl ?? this.profile.address;
    if (given === undefined) return { setBy: variable };
    const { origin, pathname } = new URL(given);
    return { url: `${origin}${pathname}`, setBy: variable };
  }

  /** Pages of the service itself: of a gateway that speaks as it does nobody knows them, and keys and bills are the gateway's. */
  get help(): ProviderHelp | undefined {
    const { address, help } = this.profile;
    return address === undefined || this.place === new URL(address).host ? help : undefined;
  }

  promptAsSent(prompt: string): string {
    return promptAsSent(this.profile, prompt);
  }

  requestedSize(size: DeliverySize): string {
    return this.profile.sizes[size];
  }

  async generate(request: ImageRequest): Promise<ProviderAnswer> {
    const { profile } = this;
    if (request.model === '') throw new ProviderError('model-not-found', 'No model is chosen.');
    if (isRetired(request.model)) throw new ProviderError('model-not-found', `The model ${request.model} was shut down.`);
    const openai = await library();
    const { baseUrl, maxAnswerBytes, outboundProxy: proxy } = this.config;
    const extractor = new Base64ImageExtractor();
    const stream = streamFor(profile, request);
    const events = streamReader(request, extractor);
    let isStream = false;
    let headers: Headers | undefined;
    let isSent = false;
    let isWhole = false;
    const client = createClient(openai, profile, {
      baseUrl,
      key: request.key,
      maxBytes: maxAnswerBytes,
      images: extractor,
      events: (pieces) => {
        isStream = true;
        return events(pieces);
      },
      proxy,
      heard: (all) => {
        headers = all;
      },
      sent: () => {
        isSent = true;
      },
    });
    try {
      const answer = request.source
        ? await askForEdit(client, openai.toFile, profile, request, request.source, stream)
        : await client.post<unknown>(profile.paths.generations, {
            body: { ...requestBody(profile, request), ...stream },
            signal: request.signal,
          });
      isWhole = true;
      const { images, addresses, usage, refusal } = readOrRefuse(answer, extractor, headers);
      const named = await readAddresses(addresses, profile, this.config, request.signal);
      const came = [...images, ...named.images];
      const problem = refusal ?? (came.length < request.count ? named.problem : undefined);
      if (came.length === 0)
        throw problem ?? new ProviderError('invalid-response', 'The answer holds no image.', { maybeCharged: true });
      const requestId = requestIdOf(headers);
      return { images: came, usage, model: request.model, requestId, problem: problem?.withRequestId(requestId) };
    } catch (error) {
      const requestId = requestIdOf(headers);
      const told = asProviderError(error, request.signal, isSent).withRequestId(requestId);
      // Of what could be read to its end, words in the place of an image are what the problem tells already.
      const came = isStream ? salvageStream(extractor) : salvage(extractor);
      const images = came.filter(({ bytes }) => !isWhole || looksLikePicture(bytes));
      if (images.length === 0) throw told;
      return { images, model: request.model, requestId, problem: told };
    }
  }

  async models(request: { readonly key: string | undefined; readonly signal: AbortSignal }): Promise<readonly ProviderModel[]> {
    const { profile } = this;
    const openai = await library();
    const { baseUrl, outboundProxy: proxy } = this.config;
    const client = createClient(openai, profile, { baseUrl, key: request.key, maxBytes: listBytes, proxy });
    try {
      return readModels(await client.get<unknown>(profile.paths.models, { signal: request.signal }), profile.listSuffix);
    } catch (error) {
      throw asProviderError(error, request.signal, false);
    }
  }
}

/** The class of the provider of one profile. */
export function providerFor(profile: ServiceProfile): Class<ImageProvider> {
  @injectable()
  class ProfiledProvider extends OpenAiImageProvider {
    constructor(@inject(OpenAiConfig) config: OpenAiConfig) {
      super(config, profile);
    }
  }
  return ProfiledProvider;
}
