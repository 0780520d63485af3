import type Database from 'better-sqlite3';
import { PortalError, type SqlValue } from '../api/index.js';

type Statement = Database.Statement<unknown[], unknown>;

const capacity = 500;

/** Prepared statements of one connection, kept by their text; the one that was made first goes first. */
export class Statements {
  private readonly statements = new Map<string, Statement>();

  constructor(private readonly connection: Database.Database) {}

  get size(): number {
    return this.statements.size;
  }

  /** Rows of a query; the empty list for a statement that answers none. */
  all<Row>(sql: string, values: readonly SqlValue[] = []): Row[] {
    const statement = this.prepare(sql);
    const bound = values.map(bindable);
    if (statement.reader) return statement.all(...bound) as Row[];
    statement.run(...bound);
    return [];
  }

  first<Row>(sql: string, ...values: SqlValue[]): Row | undefined {
    return this.prepare(sql).get(...values.map(bindable)) as Row | undefined;
  }

  private prepare(sql: string): Statement {
    const known = this.statements.get(sql);
    if (known) return known;
    const statement = this.connection.prepare(sql);
    this.statements.set(sql, statement);
    if (this.statements.size > capacity) {
      for (const oldest of this.statements.keys()) {
        this.statements.delete(oldest);
        break;
      }
    }
    return statement;
  }
}

/** An object in place of a value would be taken for named parameters: only primitives reach the driver. */
function bindable(value: SqlValue): unknown {
  if (typeof value === 'boolean') return value ? 1 : 0;
  if (value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'bigint') return value;
  if (value instanceof Uint8Array) return value;
  throw new PortalError('sql-value', `Only primitives may be bound to a statement; this is ${typeof value}.`);
}
