import { Readable } from 'node:stream';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Disposable } from '../api/index.js';
import { type CsvRow, csvLines } from '../libraries/csv.js';

/**
 * Runs work again and again, never twice at once, until it is disposed; that waits for the work which is running. Keeps no process alive.
 * @param everyMillis from the end of one run to the begin of the next.
 * @param work must not throw: what goes wrong is its own to report.
 * @param firstMillis until the first run, 0 for at once; default as between the others.
 */
export function every(everyMillis: number, work: () => void | Promise<void>, firstMillis: number = everyMillis): Disposable {
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> = Promise.resolve();
  let isOver = false;
  const run = (): void => {
    running = Promise.resolve(work()).then(() => {
      if (!isOver) schedule(everyMillis);
    });
  };
  const schedule = (millis: number): void => {
    timer = setTimeout(run, millis);
    timer.unref();
  };
  if (firstMillis > 0) schedule(firstMillis);
  else run();
  return {
    dispose: () => {
      isOver = true;
      clearTimeout(timer);
      return running;
    },
  };
}

const itemsPerTurn = 100;

/**
 * Lets whatever waits have its turn: requests, timers, files. A loop over reads of an embedded database needs it, although it awaits each
 * of them: they are answered at once, so the promises alone never turn the event loop, and the whole portal stands until the loop is over.
 */
export function yieldToEventLoop(): Promise<void> {
  return nextTurn();
}

/** The items as they come, with a turn of the event loop after every hundred: for exports, reports and scans of any length. */
export async function* yielding<T>(items: Iterable<T> | AsyncIterable<T>): AsyncGenerator<T> {
  let count = 0;
  for await (const item of items) {
    yield item;
    count += 1;
    if (count % itemsPerTurn === 0) await nextTurn();
  }
}

/**
 * All items of a long list, some at a time, with a turn of the event loop after each page: for scans of whole tables.
 * @param read the next items in the order of their keys, all after the key that is given ('' at first); none at the end.
 * @param keyOf where the next page goes on; asked for the last item of each page.
 */
export async function* pages<T>(
  read: (after: string) => readonly T[] | Promise<readonly T[]>,
  keyOf: (item: T) => string,
): AsyncGenerator<readonly T[]> {
  for (let after = ''; ; await nextTurn()) {
    const page = await read(after);
    const last = page.at(-1);
    if (last === undefined) return;
    yield page;
    after = keyOf(last);
  }
}

/**
 * Rows as CSV (RFC 4180), a stream of text that asks for a row when somebody reads it, so that a year of them takes no more memory than an
 * hour, and that lets others have their turn however fast it is read. Text that a spreadsheet would run as a formula (it begins with `=`, `+`,
 * `-`, `@`, a tab or a line break) gets an apostrophe in front; a negative number stays a number. When the rows fail, so does the stream.
 */
export function csvStream(rows: Iterable<CsvRow> | AsyncIterable<CsvRow>): Readable {
  return csvLines(yielding(rows));
}

/** Pieces of text as a stream, with the same regard for others. */
export function textStream(pieces: Iterable<string> | AsyncIterable<string>): Readable {
  return Readable.from(yielding(pieces));
}
