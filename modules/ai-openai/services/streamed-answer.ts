import { type ImageRequest, type ProvidedImage, ProviderError } from '@portico/ai-providers/api';
import { z } from '@portico/core';
import { createParser } from 'eventsource-parser';
import { imagesOfText } from './answer.js';
import type { Base64ImageExtractor } from './base64-image-extractor.js';
import type { ServiceProfile } from './profiles/index.js';
import { refusalIn } from './refusal.js';

/** One of the events that a server sends. */
export interface ServerEvent {
  readonly name: string;
  readonly data: string;
}

/** Reads server-sent events as they arrive; what is unfinished at the end is no event. */
export async function* eventsOf(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<ServerEvent> {
  const decoder = new TextDecoder();
  let arrived: ServerEvent[] = [];
  const parser = createParser({ onEvent: ({ event = '', data }) => arrived.push({ name: event, data }) });
  for await (const piece of bytes) {
    parser.feed(decoder.decode(piece, { stream: true }));
    yield* arrived;
    arrived = [];
  }
}

/** Asked for beside the image; each costs tokens of its own. */
export const partialImages = 2;

const Partial = z.object({ b64_json: z.string().min(1) });

/** Reads the events of a stream and answers what the same request would have brought without one. @throws ProviderError */
export type ReadStream = (pieces: AsyncIterable<Uint8Array>) => Promise<object>;

/** What is sent to have a stream. */
export interface StreamParameters {
  readonly stream: true;
  readonly partial_images: number;
}

/** Undefined when nobody looks on, when the service has no streams, and for several images: the events do not say which one they belong to. */
export const streamFor = (profile: ServiceProfile, { count, preview }: ImageRequest): StreamParameters | undefined =>
  preview && profile.streams && count === 1 ? { stream: true, partial_images: partialImages } : undefined;

/** Also for who asked for no stream: some servers send one to everybody. */
export const streamReader =
  ({ count, preview }: ImageRequest, images: Base64ImageExtractor): ReadStream =>
  (pieces) =>
    readStream(pieces, images, count, preview);

/**
 * Partial images are handed on, completed ones are answered, and nothing is read after the last that was asked for. An event may also be what an
 * answer without a stream is. One that cannot be understood is passed over, because the image that is paid for may still come; without any the
 * stream has failed.
 */
async function readStream(
  pieces: AsyncIterable<Uint8Array>,
  images: Base64ImageExtractor,
  count: number,
  preview: ImageRequest['preview'],
): Promise<object> {
  const data: object[] = [];
  const usages: unknown[] = [];
  let shown = 0;
  let strange = 0;
  for await (const { name, data: text } of eventsOf(pieces)) {
    if (text.trim() === '[DONE]') break;
    const event = parsed(text);
    const type = typeOf(event) ?? name;
    if (type === 'error' || (isObject(event) && saysError(event.error))) throw refusalIn(event);
    const isPartial = isPartialImage(type);
    const came = isPartial ? [] : imagesIn(event);
    if (came.length > 0) {
      data.push(...came);
      if (isObject(event) && event.usage !== undefined) usages.push(event.usage);
      if (data.length >= count) break;
      continue;
    }
    if (type.endsWith('.completed')) throw bad('The last event of the stream holds no image.');
    const bytes = isPartial ? partialImage(event, images) : undefined;
    if (!bytes) strange += 1;
    else if (preview && shown < partialImages) {
      shown += 1;
      preview({ position: 1, bytes });
    }
  }
  // Of several, nobody says whether one counts the others too.
  if (data.length > 0) return { data, usage: usages.length === 1 ? usages[0] : undefined };
  if (strange > 0) throw bad('The stream ended without an image, after events that are not known.');
  throw new ProviderError('connection-error', 'The stream ended without an image.', { maybeCharged: true });
}

const isPartialImage = (type: string): boolean => type.endsWith('.partial_image');

/** The items of an event that hold an image: the event itself, or those of the answer that it is. */
function imagesIn(event: unknown): readonly object[] {
  const { b64_json: own, data } = isObject(event) ? event : {};
  const items: readonly unknown[] = own === undefined && Array.isArray(data) ? data : [event];
  return items.flatMap((item): readonly object[] => {
    const { b64_json: text, url } = isObject(item) ? item : {};
    return isText(text) ? [{ b64_json: text }] : isText(url) ? [{ url }] : [];
  });
}

/** What had come, whole, of a stream that broke off: completed images, also of an event whose end is missing. Those on the way to them are none. */
export function salvageStream(extractor: Base64ImageExtractor): readonly ProvidedImage[] {
  const events = extractor.text.split(/\r\n\r\n|\n\n|\r\r/);
  const isOver = events.at(-1)?.trim() === '';
  return events.flatMap((event, index) => {
    const isLast = index === events.length - 1;
    if (/^event:.*\.partial_image\s*$|"type"\s*:\s*"[\w.]*\.partial_image"|"partial_image_index"/m.test(event)) return [];
    return imagesOfText(event, extractor, isLast && !isOver);
  });
}

function partialImage(event: unknown, images: Base64ImageExtractor): Buffer | undefined {
  try {
    return images.of(Partial.parse(event).b64_json);
  } catch {
    return undefined;
  }
}

const bad = (message: string): ProviderError => new ProviderError('invalid-response', message, { maybeCharged: true });

const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === 'object' && value !== null;

const saysError = (error: unknown): boolean => (typeof error === 'string' ? error !== '' : isObject(error));

const typeOf = (event: unknown): string | undefined =>
  isObject(event) && typeof event.type === 'string' ? event.type : undefined;

function parsed(data: string): unknown {
  try {
    return JSON.parse(data);
  } catch {
    return undefined;
  }
}
