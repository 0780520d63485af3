import { type EntityClass, PortalError, type Reader, type ReadRepository, type SqlValue } from '../api/index.js';
import type { EntitySources } from './entity-sources.js';
import type { StatementCache } from './statement-cache.js';
import { explainStorageError, storageCode } from './storage-errors.js';

const readMethods = [
  'find',
  'findBy',
  'findOne',
  'findOneBy',
  'countBy',
  'existsBy',
] as const satisfies readonly (keyof ReadRepository<object>)[];

/** Committed data through the connection that only reads. */
export class SqliteReader implements Reader {
  /** Of classes that are gone nothing is kept. */
  private readonly repositories = new WeakMap<object, unknown>();

  constructor(
    private readonly sources: EntitySources,
    private readonly statements: StatementCache,
  ) {}

  repository<E extends object>(entity: EntityClass<E>): ReadRepository<E> {
    const known = this.repositories.get(entity) as ReadRepository<E> | undefined;
    if (known) return known;
    const repository = this.sources.repository(entity);
    const methods = readMethods.map((name) => [name, repository[name].bind(repository)] as const);
    const made = Object.freeze(Object.fromEntries(methods)) as unknown as ReadRepository<E>;
    this.repositories.set(entity, made);
    return made;
  }

  async query<Row>(sql: string, values?: readonly SqlValue[]): Promise<Row[]> {
    return this.statements.all<Row>(sql, values);
  }
}

/** What a failed read means. The reading connection cannot write, whatever the disk says. */
export function explainReadError(error: unknown): unknown {
  if (storageCode(error)?.startsWith('SQLITE_READONLY')) {
    return new PortalError('write-in-read', 'A read may not write. Use `write` of the unit of work.', { cause: error });
  }
  return explainStorageError(error);
}
