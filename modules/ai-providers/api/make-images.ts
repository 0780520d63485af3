import type { ImageProvider, ImageRequest, ProvidedImage, ProviderAnswer } from './image-provider.js';
import { modelsToTry } from './models.js';
import { checkImage } from './pictures.js';
import { ProviderError } from './provider-error.js';
import { askProvider } from './requests.js';

/** What an answer of a provider brought. */
export interface MadeImages {
  readonly provider: string;
  readonly model: string;
  /** Those that decode; more than were asked for, when more came. */
  readonly images: readonly ProvidedImage[];
  /** What came in the place of images and does not decode: it was paid for too. */
  readonly unreadable: readonly ProvidedImage[];
  readonly usage: ProviderAnswer['usage'];
  readonly requestId?: string | undefined;
  /** The model that the service does not know any more, when another one took its place. */
  readonly gone?: string;
}

/** @param made one answer; awaited before more is asked for. */
export type ImagesArrived = (made: MadeImages) => Promise<void>;

/** Calls for the images of one request that are on their way at the same time. */
const callsAtATime = 2;
/** Images of one answer that are looked at: more than anybody may ask for, and no flood. */
const mostOfAnAnswer = 16;

/**
 * Sends money out. One order of an author becomes as few calls of a provider as it needs. The first call goes alone: when the service does not
 * know the model any more and nothing was charged, the next model takes its place, once. What came is checked and told before anything more is
 * asked: images that decode, also more than were asked for, and what does not decode, which is kept as it is. Images that are missing then are asked for in further calls, two at a time, each for another part of the order. After a failed call no
 * further one is begun, those on their way may still bring theirs, and the first failure is thrown at the end. No call is ever made twice.
 * @throws ProviderError, or what `arrived` threw.
 */
export async function makeImages(provider: ImageProvider, request: ImageRequest, arrived: ImagesArrived): Promise<void> {
  const perRequest = Math.max(1, provider.imagesPerRequest ?? request.count);
  const first = Math.min(request.count, perRequest);
  const { id } = provider;
  const { answer, asked, gone } = await firstAnswer(provider, { ...request, count: first });
  const images = await takeIn(answer, (came) => arrived({ provider: id, ...came, ...(gone && { gone }) }));
  if (images.length === 0) throw nothingIn(answer);
  const missing = request.count - images.length;
  const ignoresCount = answer.images.length === 1 && first > 1;
  const rest = splitUp(missing, ignoresCount ? 1 : perRequest);
  await makeRest(provider, id, { ...request, model: asked }, rest, arrived);
}

/** The rest, a few calls at a time; after one has failed no more are begun, and those on their way may still bring theirs. */
async function makeRest(
  provider: ImageProvider,
  id: string,
  request: ImageRequest,
  counts: readonly number[],
  arrived: ImagesArrived,
): Promise<void> {
  const waiting = [...counts];
  const failures: unknown[] = [];
  let last: Promise<void> = Promise.resolve();
  const work = async (): Promise<void> => {
    for (let count = waiting.shift(); count !== undefined; count = waiting.shift()) {
      try {
        await takeIn(await askProvider(provider, { ...request, count }), (came) => {
          const taken = last.then(() => arrived({ provider: id, ...came }));
          // What cannot be taken in must not keep the next ones from it.
          last = taken.catch(() => undefined);
          return taken;
        });
      } catch (error) {
        failures.push(error);
        waiting.length = 0;
      }
    }
  };
  await Promise.all(Array.from({ length: callsAtATime }, work));
  if (failures.length > 0) throw failures[0];
}

async function firstAnswer(
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

/** Four images, three for a call: 3 and 1. */
const splitUp = (count: number, perCall: number): readonly number[] =>
  Array.from({ length: Math.ceil(count / perCall) }, (_, index) => Math.min(perCall, count - index * perCall));

const nothingIn = ({ requestId }: ProviderAnswer): ProviderError =>
  new ProviderError('invalid-response', 'The answer holds no image.', { maybeCharged: true, requestId });

/**
 * Tells what an answer brought, if it brought anything, and answers the images that decode. Whoever the provider is, only those are offered.
 * @throws ProviderError what the answer broke off with, or why nothing of it decodes, after it was told.
 */
async function takeIn(
  answer: ProviderAnswer,
  told: (came: Omit<MadeImages, 'provider' | 'gone'>) => Promise<void>,
): Promise<readonly ProvidedImage[]> {
  const { model, usage, requestId, problem } = answer;
  const all = answer.images.slice(0, mostOfAnAnswer);
  const results = await Promise.allSettled(all.map(({ bytes }) => checkImage(bytes)));
  const isGood = (_: ProvidedImage, index: number): boolean => results[index]?.status === 'fulfilled';
  const images = all.filter(isGood);
  const unreadable = all.filter((image, index) => !isGood(image, index) && image.bytes.length > 0);
  if (images.length + unreadable.length > 0) await told({ model, images, unreadable, usage, requestId });
  if (problem) throw problem;
  const trouble = results.find((result) => result.status === 'rejected')?.reason as unknown;
  if (images.length > 0 || trouble === undefined) return images;
  throw trouble instanceof ProviderError ? trouble.withRequestId(requestId) : trouble;
}
