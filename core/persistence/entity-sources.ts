import type Database from 'better-sqlite3';
import type { DataSource, EntityMetadata, Repository } from 'typeorm';
import { type Class, type Disposable, type EntityClass, toDisposable } from '../api/index.js';
import { type OpenDataSource, sourceOf } from './data-sources.js';
import { type BeforeStatement, guardedDriver } from './guarded-driver.js';

/**
 * The entities that one connection knows: those that were there when it was opened, and those of modules that came later. TypeORM reads entities
 * once, so each later module has a source of its own over the same connection, which goes with the module.
 */
export class EntitySources {
  private readonly later = new Map<unknown, DataSource>();

  constructor(
    private readonly home: string,
    private readonly first: OpenDataSource,
    private readonly beforeStatement: BeforeStatement = () => undefined,
  ) {}

  get connection(): Database.Database {
    return this.first.connection;
  }

  /** Of every entity that is known now. */
  get metadata(): readonly EntityMetadata[] {
    return [this.first.source, ...new Set(this.later.values())].flatMap(({ entityMetadatas }) => entityMetadatas);
  }

  repository<E extends object>(entity: EntityClass<E>): Repository<E> {
    return (this.later.get(entity) ?? this.first.source).getRepository(entity);
  }

  /** Makes further entities known until the answer is disposed. */
  async add(entities: readonly Class<object>[]): Promise<Disposable> {
    if (entities.length === 0) return toDisposable(() => {});
    // The connection outlives the source.
    const driver = guardedDriver(this.connection, this.beforeStatement, () => undefined);
    const source = await sourceOf(this.home, entities, driver);
    for (const entity of entities) this.later.set(entity, source);
    return toDisposable(async () => {
      for (const entity of entities) this.later.delete(entity);
      await source.destroy();
    });
  }

  async close(): Promise<void> {
    for (const source of new Set(this.later.values())) await source.destroy();
    this.later.clear();
    await this.first.source.destroy();
  }
}
