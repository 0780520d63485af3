import type Database from 'better-sqlite3';

type Statement = Database.Statement<unknown[], unknown>;

/** What TypeORM needs of a statement of better-sqlite3. */
interface GuardedStatement {
  readonly reader: boolean;
  all(...values: unknown[]): unknown[];
  run(...values: unknown[]): Database.RunResult;
}

/** Throws when a statement may not run with these values. */
export type BeforeStatement = (sql: string, values: readonly unknown[]) => void;

const capacity = 500;

/**
 * TypeORM's option `driver`: it is given a connection that is open already, and before each statement runs `beforeStatement` says whether it may.
 * A save takes several steps; those that come after the end of its transaction would otherwise write into somebody else's.
 * @param close what to do when TypeORM has done with it; default: closes the connection.
 */
export function guardedDriver(
  connection: Database.Database,
  beforeStatement: BeforeStatement,
  close: () => void = () => void connection.close(),
): new () => object {
  const statements = new Map<string, GuardedStatement>();
  const prepare = (sql: string): GuardedStatement => {
    const known = statements.get(sql);
    if (known) return known;
    const statement = connection.prepare(sql) as Statement;
    const guarded: GuardedStatement = {
      reader: statement.reader,
      all: (...values) => {
        beforeStatement(sql, values);
        return statement.all(...values);
      },
      run: (...values) => {
        beforeStatement(sql, values);
        return statement.run(...values);
      },
    };
    statements.set(sql, guarded);
    if (statements.size > capacity) {
      const [oldest] = statements.keys();
      if (oldest !== undefined) statements.delete(oldest);
    }
    return guarded;
  };
  const opened = { prepare, pragma: connection.pragma.bind(connection), close };
  return function GuardedDriver() {
    return opened;
  } as unknown as new () => object;
}
