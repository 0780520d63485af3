import { createParser } from 'eventsource-parser';

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
