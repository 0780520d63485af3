import type Database from 'better-sqlite3';
import { PortalError, type SqlValue } from '../api/index.js';

type Statement = Database.Statement<unknown[], unknown>;

interface Prepared {
  readonly statement: Statement;
  /** Answers rows as lists; undefined for a statement that answers none. */
  readonly rows: Database.Statement<unknown[], unknown[]> | undefined;
  /** Makes a row of a list. */
  readonly row: RowFactory;
  readonly width: number;
}

type RowFactory = (list: readonly unknown[]) => unknown;

const capacity = 500;

/** Prepared statements of one connection, kept by their text; the one that was made first goes first. */
export class StatementCache {
  private readonly statements = new Map<string, Prepared>();

  constructor(private readonly connection: Database.Database) {}

  get size(): number {
    return this.statements.size;
  }

  /** Rows of a query; the empty list for a statement that answers none. */
  all<Row>(sql: string, values: readonly SqlValue[] = []): Row[] {
    const { statement, rows, row, width } = this.prepare(sql);
    const bound = values.map(bindable);
    if (!rows) {
      statement.run(...bound);
      return [];
    }
    const found = rows.all(...bound) as unknown[];
    // Columns came or went since the statement was prepared.
    if (found.length > 0 && (found[0] as unknown[]).length !== width) {
      this.statements.delete(sql);
      const again = createRowFactory(rows.columns().map(({ name }) => name));
      return found.map((list) => again(list as unknown[]) as Row);
    }
    for (let index = 0; index < found.length; index += 1) found[index] = row(found[index] as unknown[]);
    return found as Row[];
  }

  first<Row>(sql: string, ...values: SqlValue[]): Row | undefined {
    const { rows, row } = this.prepare(sql);
    const found = rows?.get(...values.map(bindable));
    return found === undefined ? undefined : (row(found) as Row);
  }

  /** After the tables have changed. */
  forget(): void {
    this.statements.clear();
  }

  private prepare(sql: string): Prepared {
    const known = this.statements.get(sql);
    if (known) return known;
    const statement = this.connection.prepare(sql) as Statement;
    const columns = statement.reader ? statement.columns().map(({ name }) => name) : [];
    const rows = statement.reader ? (statement.raw(true) as Database.Statement<unknown[], unknown[]>) : undefined;
    const prepared: Prepared = { statement, rows, row: createRowFactory(columns), width: columns.length };
    this.statements.set(sql, prepared);
    if (this.statements.size > capacity) {
      for (const oldest of this.statements.keys()) {
        this.statements.delete(oldest);
        break;
      }
    }
    return prepared;
  }
}

/**
 * Rows that the driver makes itself take twice as long to make, and have no common shape, so that whoever reads them is slow as well.
 * The code is made of the names of columns as JSON, and of nothing else.
 */
function createRowFactory(columns: readonly string[]): RowFactory {
  const fields = columns.map((name, index) => `${name === '__proto__' ? '["__proto__"]' : JSON.stringify(name)}: list[${index}]`);
  return new Function('list', `return { ${fields.join(', ')} };`) as RowFactory;
}

/** An object in place of a value would be taken for named parameters: only primitives reach the driver. */
function bindable(value: SqlValue): unknown {
  if (typeof value === 'boolean') return value ? 1 : 0;
  if (value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'bigint') return value;
  if (value instanceof Uint8Array) return value;
  throw new PortalError('sql-value', `Only primitives may be bound to a statement; this is ${typeof value}.`);
}
