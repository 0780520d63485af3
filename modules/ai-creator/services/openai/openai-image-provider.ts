import { inject, injectable } from '@portico/core';
import type { APIError, OpenAI } from 'openai';
import {
  type ImageProvider,
  type ImageRequest,
  type ProviderAnswer,
  ProviderError,
  type ProviderModel,
} from '../../api/index.js';
import { CreatorConfig } from '../creator-config.js';
import { upstreamSize } from '../image-order.js';
import { isRetired } from '../models.js';
import { checkAnswer } from './answer.js';
import { askForEdit } from './edit.js';
import { classify } from './error-table.js';
import { guardedFetch } from './guarded-fetch.js';
import { readModels } from './model-list.js';

type Library = typeof import('openai');

/** Large, and needed by few: loaded with the first call. */
const library = (): Promise<Library> => import('openai');

/** Longer than any deadline of ours; the request's own signal ends it. */
const noTimeLimit = 2 ** 31 - 1;
/** Bytes of a list of models. */
const listBytes = 4 * 1024 * 1024;

/** OpenAI's images API, and servers that speak it. One call is one POST. */
@injectable()
export class OpenAiImageProvider implements ImageProvider {
  readonly id = 'openai';
  readonly name = 'OpenAI';
  readonly needsKey = true;
  readonly refines = true;

  constructor(@inject(CreatorConfig) private readonly config: CreatorConfig) {}

  async generate(request: ImageRequest): Promise<ProviderAnswer> {
    if (!request.key) throw new ProviderError('key-missing', 'No API key is set.');
    if (isRetired(request.model)) throw new ProviderError('model-not-found', `The model ${request.model} was shut down.`);
    const openai = await library();
    const client = this.client(openai, request.key, this.config.values.maxAnswerBytes);
    const body = {
      model: request.model,
      prompt: request.prompt,
      n: request.count,
      size: upstreamSize,
      quality: request.quality,
      output_format: 'png',
      safety_identifier: request.personHash,
      ...(request.moderation && { moderation: request.moderation }),
    } as const;
    try {
      const answer: unknown = request.source
        ? await askForEdit(client, openai.toFile, request, request.source)
        : await client.images.generate(body, { signal: request.signal });
      return { ...(await checkAnswer(answer)), model: request.model };
    } catch (error) {
      throw asProviderError(error, request.signal, openai.APIError);
    }
  }

  get place(): string {
    return new URL(this.config.values.baseUrl).host;
  }

  async models({
    key,
    signal,
  }: {
    readonly key: string | undefined;
    readonly signal: AbortSignal;
  }): Promise<readonly ProviderModel[]> {
    if (!key) throw new ProviderError('key-missing', 'No API key is set.');
    const openai = await library();
    try {
      return readModels(await this.client(openai, key, listBytes).get<unknown>('/models', { signal }));
    } catch (error) {
      throw asProviderError(error, signal, openai.APIError);
    }
  }

  private client(openai: Library, key: string, maxBytes: number): OpenAI {
    const baseUrl = new URL(this.config.values.baseUrl);
    return new openai.OpenAI({
      apiKey: key,
      adminAPIKey: null,
      organization: null,
      project: null,
      webhookSecret: null,
      baseURL: baseUrl.href.replace(/\/$/, ''),
      maxRetries: 0,
      timeout: noTimeLimit,
      logLevel: 'off',
      fetch: guardedFetch(baseUrl, { maxBytes }),
    });
  }
}

/** Raw errors of the client hold the request, and sometimes a part of the key: nothing of them goes further but codes. */
function asProviderError(error: unknown, signal: AbortSignal, ApiError: typeof APIError): ProviderError {
  if (signal.aborted && signal.reason instanceof ProviderError) return signal.reason;
  if (signal.aborted) return new ProviderError('timed-out', 'The request was given up.', { maybeCharged: true });
  const ours = findCause(error);
  if (ours) return ours;
  if (error instanceof ApiError && typeof error.status === 'number') {
    const status: number = error.status;
    const code = text(error.code);
    const type = text(error.type);
    const row = classify({ status, code, type, message: error.message });
    const retryAfter = Number((error.headers as Headers | undefined)?.get('retry-after') ?? Number.NaN);
    return new ProviderError(row.code, `The answer was ${status}, code ${code ?? 'none'}, type ${type ?? 'none'}.`, {
      status,
      maybeCharged: row.maybeCharged,
      retryAfterSeconds: Number.isFinite(retryAfter) && retryAfter >= 0 ? Math.ceil(retryAfter) : undefined,
    });
  }
  if (error instanceof SyntaxError) return new ProviderError('bad-answer', 'The answer is not JSON.', { maybeCharged: true });
  const name = error instanceof Error ? error.constructor.name : typeof error;
  return new ProviderError('connection-cut', `The request failed (${name}).`, { maybeCharged: true });
}

/** Codes and types are short words; anything else is not repeated. */
const text = (value: unknown): string | undefined =>
  typeof value === 'string' && /^[a-z0-9_.-]{1,60}$/i.test(value) ? value : undefined;

function findCause(error: unknown): ProviderError | undefined {
  for (let at: unknown = error, depth = 0; at instanceof Error && depth < 5; at = at.cause, depth += 1) {
    if (at instanceof ProviderError) return at;
  }
  return undefined;
}
