/** One of the events that a server sends. */
export interface ServerEvent {
  readonly name: string;
  readonly data: string;
}

/** Pieces of a line are joined now and then, however small they come. */
const piecesAtMost = 1024;

/** Reads server-sent events as they arrive; what is unfinished at the end is no event. */
export async function* eventsOf(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<ServerEvent> {
  let name = '';
  let data: string[] = [];
  for await (const line of linesOf(bytes)) {
    if (line === '') {
      if (data.length > 0) yield { name, data: data.join('\n') };
      name = '';
      data = [];
    } else if (line.startsWith('event:')) name = fieldOf(line, 'event:');
    else if (line.startsWith('data:')) data.push(fieldOf(line, 'data:'));
  }
}

const fieldOf = (line: string, field: string): string => line.slice(field.length).replace(/^ /, '');

async function* linesOf(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let begun: string[] = [];
  for await (const piece of bytes) {
    const parts = decoder.decode(piece, { stream: true }).split('\n');
    for (const part of parts.slice(0, -1)) {
      yield [...begun, part].join('').replace(/\r$/, '');
      begun = [];
    }
    begun.push(parts.at(-1) ?? '');
    if (begun.length > piecesAtMost) begun = [begun.join('')];
  }
}
