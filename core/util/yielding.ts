import { Readable } from 'node:stream';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { type CsvRow, csvLines } from '../libraries/csv.js';

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
