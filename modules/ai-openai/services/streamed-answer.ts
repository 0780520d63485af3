import { type ImageRequest, ProviderError } from '@portico/ai-providers/api';
import { z } from '@portico/core';
import { createParser } from 'eventsource-parser';
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
const Completed = z.looseObject({ b64_json: z.string().min(1) });

/** Reads the events of a stream and answers what the same request would have brought without one. @throws ProviderError */
export type ReadStream = (pieces: AsyncIterable<Uint8Array>) => Promise<object>;

/** What is sent to have a stream, and how it is read. */
export interface StreamWanted {
  readonly parameters: { readonly stream: true; readonly partial_images: number };
  readonly read: ReadStream;
}

/** Undefined when nobody looks on, when the service has no streams, and for several images: the events do not say which one they belong to. */
export function streamFor(
  profile: ServiceProfile,
  { count, preview }: ImageRequest,
  images: Base64ImageExtractor,
): StreamWanted | undefined {
  if (!preview || !profile.streams || count !== 1) return undefined;
  return {
    parameters: { stream: true, partial_images: partialImages },
    read: (pieces) => readStream(pieces, images, preview),
  };
}

/**
 * Partial images are handed on, the completed one is answered, and nothing is read after it. An event that cannot be understood is passed
 * over, because the image that is paid for may still come; without it the stream has failed.
 */
async function readStream(
  pieces: AsyncIterable<Uint8Array>,
  images: Base64ImageExtractor,
  preview: NonNullable<ImageRequest['preview']>,
): Promise<object> {
  let shown = 0;
  let strange = 0;
  for await (const { name, data } of eventsOf(pieces)) {
    const event = parsed(data);
    const type = typeOf(event) ?? name;
    if (type === 'error' || (isObject(event) && saysError(event.error))) throw refusalIn(event);
    if (type.endsWith('.completed')) {
      const { data: completed } = Completed.safeParse(event);
      if (!completed) throw bad('The last event of the stream holds no image.');
      return { data: [{ b64_json: completed.b64_json }], usage: completed.usage };
    }
    const bytes = type.endsWith('.partial_image') ? partialImage(event, images) : undefined;
    if (!bytes) strange += 1;
    else if (shown < partialImages) {
      shown += 1;
      preview({ position: 1, bytes });
    }
  }
  if (strange > 0) throw bad('The stream ended without an image, after events that are not known.');
  throw new ProviderError('connection-cut', 'The stream ended without an image.', { maybeCharged: true });
}

function partialImage(event: unknown, images: Base64ImageExtractor): Buffer | undefined {
  try {
    return images.of(Partial.parse(event).b64_json);
  } catch {
    return undefined;
  }
}

const bad = (message: string): ProviderError => new ProviderError('bad-answer', message, { maybeCharged: true });

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
