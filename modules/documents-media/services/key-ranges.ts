import type { UnitOfWork } from '@portico/core';
import { pages } from '@portico/core/util';

const rowsPerRange = 500;

/** Some rows of a table: those whose key is greater than `after`, up to and with `last`. */
export interface KeyRange {
  readonly after: string;
  readonly last: string;
}

/** A whole table in ranges of so many rows: one question about all of them would hold everybody up. */
export async function* keyRanges(unitOfWork: UnitOfWork, table: string, key: string): AsyncGenerator<KeyRange> {
  const end = `SELECT max(found) AS last FROM (SELECT ${key} AS found FROM ${table} WHERE ${key} > ? ORDER BY ${key} LIMIT ${rowsPerRange}) page`;
  const read = async (after: string): Promise<readonly KeyRange[]> => {
    const [page] = await unitOfWork.read((reader) => reader.query<{ last: string | null }>(end, [after]));
    return page?.last ? [{ after, last: page.last }] : [];
  };
  for await (const ranges of pages(read, ({ last }) => last)) yield* ranges;
}
