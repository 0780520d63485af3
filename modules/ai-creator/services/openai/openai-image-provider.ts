import { inject, injectable } from '@portico/core';
import {
  type ImageProvider,
  type ImageRequest,
  type ModelNames,
  type ProviderAnswer,
  ProviderError,
  type ProviderModel,
} from '../../api/index.js';
import type { ServiceProfile } from '../profiles/index.js';
import { isRetired } from '../provider/models.js';
import { ChosenService } from '../settings/chosen-service.js';
import { CreatorConfig } from '../settings/creator-config.js';
import { checkAnswer } from './answer.js';
import { Base64ImageExtractor } from './base64-image-extractor.js';
import { addressOf, createClient, library } from './client.js';
import { askForEdit } from './edit.js';
import { readModels } from './model-list.js';
import { asProviderError } from './provider-error.js';
import { requestBody } from './request-body.js';
import { partialImages, streamFor } from './streamed-answer.js';

/** Bytes of a list of models. */
const listBytes = 4 * 1024 * 1024;

/** OpenAI's images API, and servers that speak it, each by its profile. One call is one POST. */
@injectable()
export class OpenAiImageProvider implements ImageProvider {
  constructor(
    @inject(CreatorConfig) private readonly config: CreatorConfig,
    @inject(ChosenService) private readonly chosen: { readonly profile: ServiceProfile },
  ) {}

  get id(): string {
    return this.chosen.profile.id;
  }

  get name(): string {
    return this.chosen.profile.name;
  }

  get needsKey(): boolean {
    return this.chosen.profile.key === 'required';
  }

  get takesKey(): boolean {
    return this.chosen.profile.key !== 'none';
  }

  get modelNames(): ModelNames {
    return this.chosen.profile.models;
  }

  get imagesPerRequest(): number {
    return this.chosen.profile.imagesPerRequest;
  }

  get refines(): boolean {
    return this.chosen.profile.paths.edits !== undefined;
  }

  get previews(): boolean {
    return this.chosen.profile.streams;
  }

  get previewTokens(): number | undefined {
    const { tokensOfPartialImage } = this.chosen.profile;
    return tokensOfPartialImage === undefined ? undefined : tokensOfPartialImage * partialImages;
  }

  get promptLimit(): number | undefined {
    return this.chosen.profile.promptLimit;
  }

  /** Undefined while the deployment gives no address. */
  get place(): string | undefined {
    try {
      return addressOf(this.chosen.profile, this.config.values.baseUrl).host;
    } catch {
      return undefined;
    }
  }

  async generate(request: ImageRequest): Promise<ProviderAnswer> {
    const { profile } = this.chosen;
    if (request.model === '') throw new ProviderError('model-not-found', 'No model is chosen.');
    if (isRetired(request.model)) throw new ProviderError('model-not-found', `The model ${request.model} was shut down.`);
    const openai = await library();
    const { baseUrl, maxAnswerBytes } = this.config.values;
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
    const { profile } = this.chosen;
    const openai = await library();
    const client = createClient(openai, profile, { baseUrl: this.config.values.baseUrl, key: request.key, maxBytes: listBytes });
    try {
      return readModels(await client.get<unknown>(profile.paths.models, { signal: request.signal }), profile.listSuffix);
    } catch (error) {
      throw asProviderError(error, request.signal);
    }
  }
}
