import { stringify } from '../libraries/csv.js';

/** One line of CSV (RFC 4180). Cells that a spreadsheet would run as a formula are made text; negative numbers stay numbers. */
export function csvLine(cells: readonly (string | number | null | undefined)[]): string {
  return stringify([[...cells]], { record_delimiter: '\r\n', quoted_match: /[\r\n]/, escape_formulas: true });
}
