import { formatMoney } from '@portico/ai-usage/api';
import type { GeneratedImage } from '../../entities/generated-image.js';
import type { Generation } from '../../entities/generation.js';
import type { Failure, FailureExplanation } from '../failures/failure-messages.js';
import type { GenerationWithImages } from '../generations/generation-store.js';
import type { Cancelled } from '../generations/generation-worker.js';
import { settledStates } from '../generations/state.js';
import { formatSeconds, formatWait, type Translate } from '../translator.js';

export interface ImageModel {
  readonly id: string;
  readonly position: number;
  readonly label: string;
  readonly name: string;
  readonly altText: string;
  readonly href: string;
  readonly isSaved: boolean;
  /** Pixels of what is delivered; undefined where nobody measured them. */
  readonly width?: number | undefined;
  readonly height?: number | undefined;
  /** Says that it came in another size or shape than was asked for; undefined when it did not. */
  readonly note?: string | undefined;
  /** In a form that is shown again. */
  readonly isTicked?: boolean;
  readonly isReviewed?: boolean;
}

/** A file that came in the place of an image. */
export interface UnreadableModel {
  readonly id: string;
  readonly name: string;
  /** Bytes. */
  readonly size: number;
  readonly href: string;
}

/** One generation as pages and scripts see it. */
export interface GenerationView {
  readonly id: string;
  readonly state: string;
  readonly isRunning: boolean;
  /** How often it was sent. */
  readonly attempts: number;
  /** When it is sent again, at the earliest; ISO 8601. */
  readonly retryAt: string | undefined;
  /** While it waits to be sent: how many orders are sent before it. */
  readonly position: number | undefined;
  /** One sentence: how far it is. */
  readonly status: string;
  readonly description: string;
  /** Its description is kept no longer. */
  readonly isForgotten: boolean;
  readonly facts: string;
  readonly style: string | undefined;
  /** The picture that it varies, and the fields of a form that say so. */
  readonly variationOf:
    | { readonly name: string; readonly sourceImage?: string | undefined; readonly sourceDocument?: string | undefined }
    | undefined;
  /** Its images can be varied. */
  readonly canRefine: boolean;
  readonly size: string;
  readonly count: number;
  readonly ready: number;
  /** Places of images that are not there: still on their way, or failed. */
  readonly missing: readonly number[];
  /** One image that did not come can be asked for again. */
  readonly canRetry: boolean;
  readonly images: readonly ImageModel[];
  /** Number of the newest preview of an image on its way. */
  readonly preview?: number | undefined;
  readonly canAdd: boolean;
  /** What came and cannot be read: kept for its author until `expiresAt`. */
  readonly unreadable: readonly UnreadableModel[];
  readonly problem:
    | {
        readonly code: string;
        readonly sentence: string;
        /** Why an image is missing, without what became of the others. */
        readonly reason: string;
        readonly kind: 'danger' | 'warning';
        /** For administrators only: the exact cause, and what to do. */
        readonly explanation?: FailureExplanation;
      }
    | undefined;
  readonly folderId: string | undefined;
  readonly rootId: string;
  readonly createdAt: string;
  readonly expiresAt: string;
  readonly href: string;
  /** What it cost, once that is known, e.g. `Cost: $0.04`. */
  readonly cost?: string | undefined;
  /** For administrators only: under which id the service knows the request. */
  readonly requestId?: string | undefined;
}

export function formatCost({ cost }: GenerationWithImages, translate: Translate, locale: string): string | undefined {
  return cost && cost.cost > 0
    ? translate('generation.cost', { cost: formatMoney(cost.cost, cost.currency, locale) })
    : undefined;
}

/** What an author reads when a generation failed, or undefined. */
export function problemSentence({ generation, images }: GenerationWithImages, translate: Translate): string | undefined {
  const { state, errorCode, maybeCharged, retryAfter } = generation;
  if (state === 'unknown') return translate('error.unknown');
  if (!errorCode || state === 'reserved') return undefined;
  if (errorCode === 'cancelled') return translate(cancelKey(generation));
  const sentence = translate(`error.${errorCode}`, { time: formatWait(retryAfter ?? 60, translate) });
  if (images.length > 0) return translate('error.some-missing', { sentence });
  const saysIt = errorCode === 'timed-out';
  return maybeCharged && !saysIt ? `${sentence} ${translate('error.may-be-charged')}` : sentence;
}

/** @param explain what a failure means to the reader when he is one who can do something about it. */
export function generationView(
  found: GenerationWithImages,
  translate: Translate,
  now: Date,
  explain: (failure: Failure) => FailureExplanation | undefined = () => undefined,
  canRefine = false,
): GenerationView {
  const { generation } = found;
  const { id, state, description, size, count } = generation;
  const images = found.images.filter((image) => image.state === 'offered' || image.state === 'saved');
  const isRunning = !settledStates.includes(state);
  const sentence = problemSentence(found, translate);
  return {
    id,
    state,
    isRunning,
    attempts: generation.attempts,
    retryAt: generation.retryAt ?? undefined,
    position: found.position,
    status: statusOf({ ...found, images }, translate, now),
    description: description === '' ? translate('generation.forgotten') : description,
    isForgotten: description === '',
    facts: translate('generation.facts', { size, count }),
    style: generation.style ?? undefined,
    variationOf: variationOf(generation),
    canRefine,
    size,
    count,
    ready: images.length,
    missing: isRunning || images.length > 0 ? positionsFrom(images.length + 1, count) : [],
    canRetry: !isRunning && images.length > 0 && images.length < count,
    images: images.map((image) => imageModel(image, generation, translate)),
    unreadable: (found.unreadable ?? []).map(({ id, name, size }) => ({
      id,
      name,
      size,
      href: `~/ai-creator/images/unreadable/${id}`,
    })),
    canAdd: images.some((image) => image.state === 'offered'),
    problem:
      sentence === undefined
        ? undefined
        : {
            code: generation.errorCode ?? state,
            sentence,
            reason: problemSentence({ ...found, images: [] }, translate) ?? sentence,
            explanation: explain(generation),
            kind: state === 'unknown' || generation.errorCode === 'cancelled' || images.length > 0 ? 'warning' : 'danger',
          },
    folderId: generation.folderId ?? undefined,
    rootId: generation.rootId,
    createdAt: generation.createdAt,
    expiresAt: generation.expiresAt,
    href: `~/ai-creator/generations/${id}`,
  };
}

function variationOf({ sourceKind: kind, sourceId: id, sourceName: name }: Generation): GenerationView['variationOf'] {
  if (!kind || !id || name === null) return undefined;
  return kind === 'image' ? { name, sourceImage: id } : { name, sourceDocument: id };
}

function statusOf({ generation, images, position = 0 }: GenerationWithImages, translate: Translate, now: Date): string {
  const { state, size, count, sentAt, retryAt, attempts } = generation;
  const seconds = sentAt ? Math.max(0, Math.round((now.getTime() - Date.parse(sentAt)) / 1000)) : 0;
  const time = formatSeconds(seconds, translate);
  const ready = images.length;
  if (state === 'reserved' && retryAt) return waitingSentence(generation, retryAt, position, translate, now);
  if (state === 'reserved') return turnSentence(position, translate);
  if (state === 'sent' && attempts > 1 && ready === 0) return translate('state.sent-again', { time, attempts });
  if (state === 'sent') return translate(ready > 0 ? 'state.sent-ready' : 'state.sent', { time, ready, count });
  if (state === 'received') return translate('state.received', { size });
  if (state !== 'offered') return translate(`state.${state}`);
  return translate(ready < count ? 'state.offered-some' : 'state.offered', { ready, count });
}

const turnSentence = (position: number, translate: Translate): string =>
  position > 0 ? translate('state.reserved-behind', { position }) : translate('state.reserved');

/** Counts down to the time at which it is sent; after that it waits for its turn. */
function waitingSentence(
  { errorCode, attempts }: Generation,
  retryAt: string,
  position: number,
  translate: Translate,
  now: Date,
): string {
  const seconds = Math.ceil((Date.parse(retryAt) - now.getTime()) / 1000);
  if (seconds <= 0) return turnSentence(position, translate);
  const time = seconds < 120 ? translate('state.short', { seconds }) : formatWait(seconds, translate);
  if (errorCode === 'provider-missing') return translate('state.waits-provider', { time });
  if (errorCode !== 'rate-limited') return translate('state.waits-trouble', { time });
  return translate(attempts > 0 ? 'state.waits-busy' : 'state.waits-first', { time });
}

/** What somebody reads who cancelled, or tried to. */
export function cancelKey(cancelled: Cancelled | undefined): string {
  if (!cancelled) return 'cancel.late';
  if (cancelled.maybeCharged) return 'cancel.charged';
  return cancelled.attempts > 0 ? 'cancel.waiting' : 'cancel.free';
}

const imageModel = (image: GeneratedImage, { description, size }: Generation, translate: Translate): ImageModel => ({
  id: image.id,
  position: image.position,
  label: translate('image.label', { position: image.position, description: shortened(description) }),
  name: image.name,
  altText: image.altText,
  href: `~/ai-creator/images/${image.id}`,
  isSaved: image.state === 'saved',
  width: image.width ?? undefined,
  height: image.height ?? undefined,
  note: sizeNote(image, size, translate),
});

function sizeNote({ width, height }: GeneratedImage, size: string, translate: Translate): string | undefined {
  if (!width || !height || `${width}x${height}` === size) return undefined;
  return translate('image.other-size', { width, height, size });
}

const positionsFrom = (first: number, last: number): readonly number[] =>
  Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => first + index);

const shortened = (text: string): string => (text.length > 80 ? `${text.slice(0, 77)}…` : text);
