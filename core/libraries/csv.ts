import { pipeline, type Readable } from 'node:stream';
import { stringify } from 'csv-stringify';

export type CsvRow = readonly (string | number | null | undefined)[];

/**
 * Rows as CSV (RFC 4180), a stream of text that asks for a row when somebody reads it, so that a year of them takes no more memory than an
 * hour. Text that a spreadsheet would run as a formula (it begins with `=`, `+`, `-`, `@`, a tab or a line break) gets an apostrophe in
 * front; a negative number stays a number. When the rows fail, so does the stream.
 */
export function csvStream(rows: Iterable<CsvRow> | AsyncIterable<CsvRow>): Readable {
  const lines = stringify({ record_delimiter: 'windows', escape_formulas: true, quote_record_delimiter: true }).setEncoding(
    'utf8',
  );
  // Whoever reads the stream hears of the error; the pipeline only ends both sides.
  return pipeline(rows, lines, () => undefined);
}
