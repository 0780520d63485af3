import { pipeline, type Readable } from 'node:stream';
import { stringify } from 'csv-stringify';

export type CsvRow = readonly (string | number | null | undefined)[];

/** Rows as lines of text; what this means, `csvStream` of util says. */
export function csvLines(rows: Iterable<CsvRow> | AsyncIterable<CsvRow>): Readable {
  const lines = stringify({ record_delimiter: 'windows', escape_formulas: true, quote_record_delimiter: true }).setEncoding(
    'utf8',
  );
  // Whoever reads the stream hears of the error; the pipeline only ends both sides.
  return pipeline(rows, lines, () => undefined);
}
