import type { Person, PersonalDataSource, PersonalPage, PersonalRecord, Reader, Transaction } from '../api/index.js';

/** Rows of one table that belong to people. Table and columns are constants of the module: they become part of statements. */
export interface PersonalRows {
  readonly key: string;
  readonly label: string;
  readonly table: string;
  /** Column that says whose a row is. */
  readonly owner: string;
  /** What that column holds; default: the id. */
  readonly ownedBy?: 'id' | 'email';
  /** By the name in the export the column; `id` is always there. */
  readonly columns: Readonly<Record<string, string>>;
  /** Those of them that hold milliseconds since 1970. */
  readonly times?: readonly string[];
  /** Further columns that hold the id of whoever did something, as `table.column`; merging changes these too. */
  readonly alsoOwned?: readonly string[];
  /** How many are read at once; default 500. Fewer where a row may be large: a page is in memory as a whole. */
  readonly atOnce?: number;
  /** What goes when the person does; default: nothing, since an id that names nobody says nothing. */
  forget?(transaction: Transaction, person: Person): Promise<void>;
}

const rowsAtOnce = 500;

/** The usual source of personal data: rows with an id and the id of a person. */
export function personalRows({
  key,
  label,
  table,
  owner,
  ownedBy = 'id',
  columns,
  times = [],
  alsoOwned = [],
  atOnce = rowsAtOnce,
  forget,
}: PersonalRows): PersonalDataSource {
  const selected = Object.entries({ id: 'id', ...columns })
    .map(([name, column]) => `${column} AS "${name}"`)
    .join(', ');
  const isTime = new Set(times);
  return {
    key,
    label,
    async count(reader: Reader, person: Person): Promise<number> {
      const [row] = await reader.query<{ count: number | string }>(`SELECT count(*) AS count FROM ${table} WHERE ${owner} = ?`, [
        person[ownedBy],
      ]);
      return Number(row?.count ?? 0);
    },
    async page(reader: Reader, person: Person, after = ''): Promise<PersonalPage> {
      const rows = await reader.query<PersonalRecord & { readonly id: string }>(
        `SELECT ${selected} FROM ${table} WHERE ${owner} = ? AND id > ? ORDER BY id LIMIT ${atOnce}`,
        [person[ownedBy], after],
      );
      const records = rows.map((row) =>
        Object.fromEntries(Object.entries(row).map(([name, value]) => [name, isTime.has(name) ? timeOf(value) : value])),
      );
      const last = rows.at(-1);
      return rows.length === atOnce && last ? { records, next: last.id } : { records };
    },
    async merge(transaction: Transaction, from: Person, to: Person): Promise<void> {
      for (const place of [`${table}.${owner}`, ...alsoOwned]) {
        const [where = '', column = ''] = place.split('.');
        await transaction.query(`UPDATE ${where} SET ${column} = ? WHERE ${column} = ?`, [to[ownedBy], from[ownedBy]]);
      }
    },
    async forget(transaction: Transaction, person: Person): Promise<void> {
      await forget?.(transaction, person);
    },
  };
}

function timeOf(value: unknown): unknown {
  return value === null || value === undefined ? value : new Date(Number(value)).toISOString();
}
