import {
  type DeliverySize,
  type ImageProvider,
  type ImageRequest,
  isRetired,
  type ModelNames,
  type ProviderAnswer,
  ProviderError,
  type ProviderHelp,
  type ProviderModel,
} from '@portico/ai-providers/api';
import { type Class, inject, injectable } from '@portico/core';
import { checkAnswer } from './answer.js';
import { Base64ImageExtractor } from './base64-image-extractor.js';
import { addressOf, createClient, library } from './client.js';
import { askForEdit } from './edit.js';
import { readModels } from './model-list.js';
import { OpenAiConfig } from './openai-config.js';
import { keyField } from './openai-settings.js';
import type { ServiceProfile } from './profiles/index.js';
import { asProviderError } from './provider-error.js';
import { requestBody } from './request-body.js';
import { partialImages, streamFor } from './streamed-answer.js';

/** Bytes of a list of models. */
const listBytes = 4 * 1024 * 1024;

/**
 * OpenAI's images API, and servers that speak it: one provider for each profile. One call is one POST, and nothing is ever sent twice.
 *
 * What comes in is a request that ai-creator let through, with the key and the deadline. A model that was shut down is refused before anything
 * is sent. The body is made of what the profile takes; the answer is read as it arrives, its images taken out of the text piece by piece, with
 * a limit on its bytes. Every image is decoded before it counts. Whatever goes wrong becomes a `ProviderError`, which says whether the request
 * may have been carried out and holds nothing of key, prompt or answer. Nobody follows a redirect, takes a proxy or fetches an address in an answer.
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
  readonly help: ProviderHelp | undefined;

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
    this.help = profile.help;
  }

  /** Undefined while the deployment gives no address. */
  get place(): string | undefined {
    try {
      return addressOf(this.profile, this.config.baseUrl).host;
    } catch {
      return undefined;
    }
  }

  requestedSize(size: DeliverySize): string {
    return this.profile.sizes[size];
  }

  async generate(request: ImageRequest): Promise<ProviderAnswer> {
    const { profile } = this;
    if (request.model === '') throw new ProviderError('model-not-found', 'No model is chosen.');
    if (isRetired(request.model)) throw new ProviderError('model-not-found', `The model ${request.model} was shut down.`);
    const openai = await library();
    const { baseUrl, maxAnswerBytes } = this.config;
    const images = new Base64ImageExtractor();
    const stream = streamFor(profile, request, images);
    const { key } = request;
    const client = createClient(openai, profile, { baseUrl, key, maxBytes: maxAnswerBytes, images, events: stream?.read });
    try {
      const answer = request.source
        ? await askForEdit(client, openai.toFile, profile, request, request.source, stream?.parameters)
        : await client.post<unknown>(profile.paths.generations, {
            body: { ...requestBody(profile, request), ...stream?.parameters },
            signal: request.signal,
          });
      return { ...(await checkAnswer(answer, images)), model: request.model };
    } catch (error) {
      throw asProviderError(error, request.signal);
    }
  }

  async models(request: { readonly key: string | undefined; readonly signal: AbortSignal }): Promise<readonly ProviderModel[]> {
    const { profile } = this;
    const openai = await library();
    const client = createClient(openai, profile, { baseUrl: this.config.baseUrl, key: request.key, maxBytes: listBytes });
    try {
      return readModels(await client.get<unknown>(profile.paths.models, { signal: request.signal }), profile.listSuffix);
    } catch (error) {
      throw asProviderError(error, request.signal);
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
