import type { DeepPartial, FindOptionsWhere, Repository } from 'typeorm';
import { type Changed, type Conditions, type FindOptions, PortalError, type Where, type WriteRepository } from '../api/index.js';
import { QueryFailedError } from '../libraries/typeorm.js';

type Row<E> = { [K in keyof E]?: E[K] };

/** A repository that lives as long as its transaction, and has nothing by which that could be ended. */
export class TransactionRepository<E extends object> implements WriteRepository<E> {
  /** @param within runs each call as part of the transaction, as long as it is open. */
  constructor(
    private readonly rows: Repository<E>,
    private readonly within: <T>(work: () => Promise<T>) => Promise<T>,
  ) {}

  find(options?: FindOptions<E>): Promise<E[]> {
    return this.run(() => this.rows.find(options as object));
  }

  findBy(where: Where<E>): Promise<E[]> {
    return this.run(() => this.rows.findBy(conditions(where)));
  }

  findOne(options: FindOptions<E> & { readonly where: Where<E> }): Promise<E | null> {
    return this.run(() => this.rows.findOne(options as object));
  }

  findOneBy(where: Where<E>): Promise<E | null> {
    return this.run(() => this.rows.findOneBy(conditions(where)));
  }

  findOneByOrFail(where: Where<E>): Promise<E> {
    return this.run(() => this.rows.findOneByOrFail(conditions(where)));
  }

  countBy(where: Where<E>): Promise<number> {
    return this.run(() => this.rows.countBy(conditions(where)));
  }

  existsBy(where: Where<E>): Promise<boolean> {
    return this.run(() => this.rows.existsBy(conditions(where)));
  }

  create(row: Row<E>): E {
    return this.rows.create(row as DeepPartial<E>);
  }

  async insert(rows: Row<E> | Row<E>[]): Promise<void> {
    await this.run(() => this.rows.insert(rows as object));
  }

  save<T extends Row<E>>(row: T): Promise<T & E>;
  save<T extends Row<E>>(rows: T[]): Promise<(T & E)[]>;
  save(rows: object): Promise<unknown> {
    return this.run(() => this.rows.save(rows as DeepPartial<E>, { transaction: false }));
  }

  update(which: Conditions<E>, changes: Row<E>): Promise<Changed> {
    return this.run(() => this.rows.update(conditions(which), changes as object));
  }

  delete(which: Conditions<E>): Promise<Changed> {
    return this.run(() => this.rows.delete(conditions(which)));
  }

  async upsert(rows: Row<E> | Row<E>[], columns: readonly (keyof E & string)[]): Promise<void> {
    await this.run(() => this.rows.upsert(rows as object, [...columns]));
  }

  private async run<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await this.within(work);
    } catch (error) {
      // What the portal says of a statement, TypeORM wraps.
      throw error instanceof QueryFailedError && error.driverError instanceof PortalError ? error.driverError : error;
    }
  }
}

function conditions<E>(where: Where<E>): FindOptionsWhere<E> {
  return where as FindOptionsWhere<E>;
}
