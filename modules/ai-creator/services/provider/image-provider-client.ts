import { inject, injectable, optional, type ServiceHandle } from '@portico/core';
import {
  descriptionLimit,
  ImageProvider,
  type ImageRequest,
  type ProvidedImage,
  type ProviderAnswer,
  ProviderError,
} from '../../api/index.js';
import { checkImage } from '../decoding/checked-image.js';
import { askProvider } from './asked-provider.js';
import { modelsToTry } from './models.js';

/** What an answer of a provider brought. */
export interface MadeImages {
  readonly provider: string;
  readonly model: string;
  readonly images: readonly ProvidedImage[];
  readonly usage: ProviderAnswer['usage'];
  /** The model that the service does not know any more, when another one took its place. */
  readonly gone?: string;
}

type Arrived = (made: MadeImages) => Promise<void>;

/** Calls for the images of one request that are on their way at the same time. */
const callsAtATime = 2;

/**
 * Asks the provider with the highest ranking, in as many calls as it needs. A model that is gone falls through the preference list once;
 * when fewer images come than were asked for, it asks once more for the rest. Nothing else is ever tried again.
 */
@injectable()
export class ImageProviderClient {
  constructor(@inject(optional(ImageProvider)) private readonly providers: ServiceHandle<ImageProvider>) {}

  /** Undefined while no module offers one. */
  get provider(): ImageProvider | undefined {
    return this.providers.get();
  }

  /** Characters of the longest prompt. */
  get promptLimit(): number {
    return this.provider?.promptLimit ?? descriptionLimit;
  }

  /** @param arrived told about images as they come, one answer after the other, and awaited before more is asked for. @throws ProviderError */
  async make(request: ImageRequest, arrived: Arrived, provider: ImageProvider | undefined = this.provider): Promise<void> {
    if (!provider) throw new ProviderError('server-trouble', 'No image provider is there.');
    const perRequest = Math.max(1, provider.imagesPerRequest ?? request.count);
    const first = Math.min(request.count, perRequest);
    const { id } = provider;
    const { answer, asked, gone } = await this.firstAnswer(provider, { ...request, count: first });
    const images = await checked(answer.images.slice(0, first));
    if (images.length === 0) throw new ProviderError('bad-answer', 'The answer holds no image.', { maybeCharged: true });
    await arrived({ provider: id, model: answer.model, images, usage: answer.usage, ...(gone && { gone }) });
    const missing = request.count - images.length;
    const ignoresCount = answer.images.length === 1 && first > 1;
    const rest = splitUp(missing, ignoresCount ? 1 : perRequest);
    await this.makeRest(provider, id, { ...request, model: asked }, rest, arrived);
  }

  /** The rest, a few calls at a time; after one has failed no more are begun, and those on their way may still bring theirs. */
  private async makeRest(
    provider: ImageProvider,
    id: string,
    request: ImageRequest,
    counts: readonly number[],
    arrived: Arrived,
  ): Promise<void> {
    const waiting = [...counts];
    const failures: unknown[] = [];
    let last: Promise<void> = Promise.resolve();
    const work = async (): Promise<void> => {
      for (let count = waiting.shift(); count !== undefined; count = waiting.shift()) {
        try {
          const { images: came, model, usage } = await askProvider(provider, { ...request, count });
          const images = await checked(came.slice(0, count));
          if (images.length === 0) continue;
          const taken = last.then(() => arrived({ provider: id, model, images, usage }));
          // What cannot be taken in must not keep the next ones from it.
          last = taken.catch(() => undefined);
          await taken;
        } catch (error) {
          failures.push(error);
          waiting.length = 0;
        }
      }
    };
    await Promise.all(Array.from({ length: callsAtATime }, work));
    if (failures.length > 0) throw failures[0];
  }

  private async firstAnswer(
    provider: ImageProvider,
    request: ImageRequest,
  ): Promise<{ readonly answer: ProviderAnswer; readonly asked: string; readonly gone?: string }> {
    const [first = '', second] = modelsToTry(request.model, provider.modelNames);
    const next = request.fallback ?? second;
    try {
      return { answer: await askProvider(provider, { ...request, model: first }), asked: first };
    } catch (error) {
      // What may have been charged is not asked for again, whatever its name.
      const isGone = error instanceof ProviderError && error.code === 'model-not-found' && !error.maybeCharged;
      if (!isGone || !next || next === first) throw error;
      return { answer: await askProvider(provider, { ...request, model: next }), asked: next, gone: first };
    }
  }
}

/** Four images, three for a call: 3 and 1. */
const splitUp = (count: number, perCall: number): readonly number[] =>
  Array.from({ length: Math.ceil(count / perCall) }, (_, index) => Math.min(perCall, count - index * perCall));

/** Whoever the provider is: what does not decode is not kept. */
async function checked(images: readonly ProvidedImage[]): Promise<readonly ProvidedImage[]> {
  const results = await Promise.allSettled(images.map(({ bytes }) => checkImage(bytes)));
  const good = images.filter((_, index) => results[index]?.status === 'fulfilled');
  const trouble = results.find((result) => result.status === 'rejected');
  if (good.length === 0 && trouble) throw trouble.reason;
  return good;
}
