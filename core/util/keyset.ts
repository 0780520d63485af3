import type { QueryRunner, Reader, SqlValue } from '../api/index.js';
import { pages } from './timers.js';

export type SortDirection = 'asc' | 'desc';

/** One order that a list can have. Columns stand in the text of a query: they come from the code, never from a request. */
export interface SortKey {
  /** What is compared before the id; undefined: the id alone, which sorts by the time it was made. */
  readonly column?: string;
  /** What the column holds. Default: text. */
  readonly holds?: 'text' | 'number';
  /** Which way the order goes when nobody says it. */
  readonly usual: SortDirection;
}

/** All orders that a list can have: what a request asks for is one of these names, or refused. */
export type SortKeys<Order extends string> = Readonly<Record<Order, SortKey>>;

/** The order that a list is in. */
export interface Sorting<Order extends string = string> {
  readonly order: Order;
  readonly direction: SortDirection;
}

/** The place of an entry in a list: enough to go on from it even when it is gone. */
export interface KeysetCursor {
  readonly id: string;
  /** What the entry is sorted by. */
  readonly key: string;
}

/** Where a page begins, or ends when it is read backwards. */
export interface KeysetRange {
  readonly from: KeysetCursor | undefined;
  readonly backwards: boolean;
  /** Stands in the text of the query: SQLite plans a query anew each time a limit is bound. */
  readonly limit: number;
}

/** The end of a query that reads one page: a page goes from a key to the next in an index, so page one thousand costs what page one costs. */
export interface KeysetSql {
  /** ` AND … ORDER BY … LIMIT …`, behind the conditions of the query. */
  readonly sql: string;
  readonly order: string;
  readonly bounds: readonly SqlValue[];
}

/**
 * Pagination by key (keyset pagination).
 * @param id the column of the ids, which end each order.
 */
export function keysetSql(key: SortKey, wanted: SortDirection, { from, backwards, limit }: KeysetRange, id = 'id'): KeysetSql {
  const { column } = key;
  const rises = (wanted === 'asc') !== backwards;
  const [compare, direction] = rises ? ['>', 'ASC'] : ['<', 'DESC'];
  const order = column === undefined ? `${id} ${direction}` : `${column} ${direction}, ${id} ${direction}`;
  const read = from && keyOf(key, from.key);
  const bounds = from === undefined || read === undefined ? [] : column === undefined ? [from.id] : [read, from.id];
  const after =
    bounds.length === 0 ? '' : column === undefined ? ` AND ${id} ${compare} ?` : ` AND (${column}, ${id}) ${compare} (?, ?)`;
  return { sql: `${after} ORDER BY ${order} LIMIT ${limit}`, order, bounds };
}

/** A key that cannot be read begins at the start of the list. */
function keyOf({ holds = 'text' }: SortKey, key: string): SqlValue | undefined {
  if (holds === 'text') return key;
  return /^\d{1,15}$/.test(key) ? Number(key) : undefined;
}

/** Part of a WHERE, with the values of its placeholders. */
export interface SqlCondition {
  readonly sql: string;
  readonly values: readonly SqlValue[];
}

/** Which entries a list has. */
export interface ListPlace {
  /** A table, with an alias where the conditions use one. */
  readonly table: string;
  /** Where they lie, which an index answers. */
  readonly within: SqlCondition;
  /** Which of those are meant: ` AND …`, or nothing. */
  readonly match: SqlCondition;
  /** Columns that `match` reads; `1` when it reads none. */
  readonly read: string;
}

/** How many entries a list has: exact, or there are more than that. */
export interface ListTotal {
  readonly count: number;
  readonly isMore: boolean;
}

/** Entries that are looked at to count them: so many cost less than the page itself, and whoever has more wants to search. */
const countedAtMost = 2000;

/** Counts no further than a screen has to say. */
export async function countUpTo(reader: Reader, { table, within, match, read }: ListPlace): Promise<ListTotal> {
  const some = `SELECT ${read} FROM ${table} WHERE ${within.sql} LIMIT ${countedAtMost + 1}`;
  const matching = match.sql === '' ? 'count(*)' : `count(CASE WHEN 1 = 1${match.sql} THEN 1 END)`;
  const rows = await reader.query<{ walked: number; count: number }>(
    `SELECT count(*) AS walked, ${matching} AS count FROM (${some}) looked`,
    [...match.values, ...within.values],
  );
  const { walked = 0, count = 0 } = rows[0] ?? {};
  return { count: Math.min(Number(count), countedAtMost), isMore: Number(walked) > countedAtMost };
}

/** A page of a list, with the cursors of the pages before and after it; undefined where there is nothing more. */
export interface KeysetPage {
  readonly ids: readonly string[];
  readonly previous: string | undefined;
  readonly next: string | undefined;
  readonly total: ListTotal;
}

export interface KeysetQuery {
  readonly place: ListPlace;
  readonly key: SortKey;
  readonly direction: SortDirection;
  /** Where the page begins or ends, as an earlier page said. What is no cursor begins at the start. */
  readonly after?: string | undefined;
  readonly before?: string | undefined;
  readonly limit: number;
}

/** One page of a table that has a column `id`, and how many entries there are: two queries, three only where the page is not all of the list. */
export async function readKeysetPage(reader: Reader, query: KeysetQuery): Promise<KeysetPage> {
  const { place, key, direction, limit } = query;
  const after = cursorOf(query.after);
  const before = after ? undefined : cursorOf(query.before);
  const backwards = before !== undefined;
  const { sql, bounds } = keysetSql(key, direction, { from: after ?? before, backwards, limit: limit + 1 });
  const rows = await reader.query<{ id: string; sorted: string | number }>(
    `SELECT id, ${key.column ?? 'id'} AS sorted FROM ${place.table} WHERE ${place.within.sql}${place.match.sql}${sql}`,
    [...place.within.values, ...place.match.values, ...bounds],
  );
  const shown = rows.slice(0, limit);
  if (backwards) shown.reverse();
  const hasMore = rows.length > limit;
  const written = (row: (typeof rows)[number] | undefined): string | undefined => row && `${row.id}~${row.sorted}`;
  const next = backwards || hasMore ? written(shown.at(-1)) : undefined;
  const previous = after || (backwards && hasMore) ? written(shown[0]) : undefined;
  const isAll = next === undefined && previous === undefined;
  return {
    ids: shown.map(({ id }) => id),
    previous,
    next,
    total: isAll ? { count: shown.length, isMore: false } : await countUpTo(reader, place),
  };
}

function cursorOf(text: string | undefined): KeysetCursor | undefined {
  const [, id, key] = (text === undefined ? null : /^([0-9a-f-]{36})~(.*)$/s.exec(text)) ?? [];
  return id === undefined || key === undefined ? undefined : { id, key };
}

const refilledAtOnce = 1000;

/**
 * Fills columns of all rows of a table with a column `id` again, in the order of their ids: for migrations.
 * @param from the column that the others are made of.
 * @param columnsOf what they hold, by their names: the same names for each row.
 */
export async function refillRows(
  runner: QueryRunner,
  table: string,
  from: string,
  columnsOf: (text: string) => Readonly<Record<string, SqlValue>>,
): Promise<void> {
  const read = (after: string): Promise<Record<string, string>[]> =>
    runner.query(`SELECT id, ${from} FROM ${table} WHERE id > ? ORDER BY id LIMIT ${refilledAtOnce}`, [after]);
  for await (const rows of pages(read, ({ id = '' }) => id))
    for (const row of rows) {
      const columns = columnsOf(row[from] ?? '');
      const set = Object.keys(columns).map((name) => `${name} = ?`);
      await runner.query(`UPDATE ${table} SET ${set.join(', ')} WHERE id = ?`, [...Object.values(columns), row.id ?? '']);
    }
}
