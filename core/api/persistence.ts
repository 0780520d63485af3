import type { Readable } from 'node:stream';
import {
  In as typeormIn,
  IsNull as typeormIsNull,
  LessThan as typeormLessThan,
  LessThanOrEqual as typeormLessThanOrEqual,
  MoreThanOrEqual as typeormMoreThanOrEqual,
  Not as typeormNot,
} from '../libraries/typeorm.js';
import type { Disposable } from './disposable.js';
import { type ExtensionPoint, extensionPoint, type ServiceToken, serviceToken } from './tokens.js';

/** Only primitives reach the driver. */
export type SqlValue = string | number | bigint | boolean | Uint8Array | null;

/** A class with `@Entity` and columns. Entities have no relations: what belongs together across tables is read by its ids. */
export type EntityClass<E extends object> = new () => E;

declare const conditionOf: unique symbol;

/** What a column must be, where one value is not enough: `In([…])`, `Not('')`. */
export interface Condition<T> {
  readonly [conditionOf]: T;
}

export const In = typeormIn as unknown as <T>(values: readonly T[]) => Condition<T>;
export const IsNull = typeormIsNull as unknown as () => Condition<null>;
export const LessThan = typeormLessThan as unknown as <T>(value: T) => Condition<T>;
export const LessThanOrEqual = typeormLessThanOrEqual as unknown as <T>(value: T) => Condition<T>;
export const MoreThanOrEqual = typeormMoreThanOrEqual as unknown as <T>(value: T) => Condition<T>;
export const Not = typeormNot as unknown as <T>(value: T | Condition<T>) => Condition<T>;

/** By column a value or a condition; all must hold. */
export type Conditions<E> = { readonly [K in keyof E]?: NonNullable<E[K]> | Condition<NonNullable<E[K]>> | Condition<E[K]> };

/** Which rows; of several sets of conditions, one must hold. */
export type Where<E> = Conditions<E> | readonly Conditions<E>[];

/** Which rows, in which order, and how much of them. */
export interface FindOptions<E> {
  readonly where?: Where<E>;
  /** By column, the first counts most. */
  readonly order?: { readonly [K in keyof E]?: 'ASC' | 'DESC' };
  /** At most this many rows. */
  readonly take?: number;
  /** These columns are read, the others stay undefined. Default: all. */
  readonly select?: { readonly [K in keyof E]?: true };
}

/** The rows of one entity, to be read. What it does not have, such as parts of a text or keys to page by, `query` does. */
export interface ReadRepository<E extends object> {
  find(options?: FindOptions<E>): Promise<E[]>;
  findBy(where: Where<E>): Promise<E[]>;
  findOne(options: FindOptions<E> & { readonly where: Where<E> }): Promise<E | null>;
  findOneBy(where: Where<E>): Promise<E | null>;
  countBy(where: Where<E>): Promise<number>;
  existsBy(where: Where<E>): Promise<boolean>;
}

/** How many rows a change met. */
export interface Changed {
  readonly affected?: number | null;
}

/** The rows of one entity in a transaction. */
export interface WriteRepository<E extends object> extends ReadRepository<E> {
  /** @throws EntityNotFoundError when there is none. */
  findOneByOrFail(where: Where<E>): Promise<E>;
  /** An object of the entity's class, in memory only. */
  create(row: Row<E>): E;
  /** Adds rows; one whose key is there already fails (`isUniqueViolation`). */
  insert(rows: Row<E> | Row<E>[]): Promise<void>;
  /** Adds or replaces, by the key. */
  save<T extends Row<E>>(row: T): Promise<T & E>;
  save<T extends Row<E>>(rows: T[]): Promise<(T & E)[]>;
  update(which: Conditions<E>, changes: Row<E>): Promise<Changed>;
  delete(which: Conditions<E>): Promise<Changed>;
  /** Adds, or changes the row that has the same values in these columns. */
  upsert(rows: Row<E> | Row<E>[], columns: readonly (keyof E & string)[]): Promise<void>;
}

/** The columns of an entity. */
type Row<E> = { [K in keyof E]?: E[K] };

/** What a migration is given: its transaction, as SQL. */
export interface QueryRunner {
  /** A statement with `?` placeholders; answers its rows. */
  query<Row>(sql: string, values?: readonly SqlValue[]): Promise<Row[]>;
}

/**
 * One step of a module's tables; never edited once somebody has run it. What it does is kept as a checksum: a module with a migration that does
 * something else now does not start in that database (`migration-edited`).
 */
export interface MigrationInterface {
  /** Ends in the time it was written, in milliseconds since 1970. Default: the name of the class. */
  readonly name?: string;
  /** Name of a migration further down, for which this one prepares databases that do not have it yet: those that have it do without this one. */
  readonly unlessApplied?: string;
  /**
   * Works on the database alone, through `runner`. It is run for its checksum as well, with a runner that answers no rows: what differs from
   * run to run (ids, times) is bound as a value and not written into a statement.
   */
  up(runner: QueryRunner): Promise<void>;
  down(runner: QueryRunner): Promise<void>;
}

/** Committed data, as of now. Never sees a write that is still open. */
export interface Reader {
  repository<E extends object>(entity: EntityClass<E>): ReadRepository<E>;
  /** A prepared statement with `?` placeholders; for the few hot paths. Statements are cached by their text. */
  query<Row>(sql: string, values?: readonly SqlValue[]): Promise<Row[]>;
}

/** One transaction of the writer. Everything in it happens, or nothing. */
export interface Transaction {
  repository<E extends object>(entity: EntityClass<E>): WriteRepository<E>;
  query<Row>(sql: string, values?: readonly SqlValue[]): Promise<Row[]>;
  /**
   * Records a staged blob; its bytes are already safe on disk. Call in the transaction that writes the row which uses it.
   * @throws PortalError `blob-missing` when its file is not there (any more).
   */
  keepBlob(blob: StoredBlob): Promise<void>;
  /** Forgets a blob; its file goes after the commit. */
  dropBlob(id: string): Promise<void>;
  /** Runs after the commit, in order; an error here is logged and undoes nothing. */
  afterCommit(effect: () => void | Promise<void>): void;
  /** Tells those who keep something of this in memory, after the commit and before `write` answers. @param topic `module.what`. @param key what changed. */
  announce(topic: string, key: string): void;
}

/** Hears what transactions announced: for memories of what the database holds. */
export interface Announcements {
  /** @param listener is given the key; an error in it is logged. Dispose the answer to hear no more. */
  on(topic: string, listener: (key: string) => void): Disposable;
}
export const Announcements: ServiceToken<Announcements> = serviceToken('portico.announcements');

/**
 * The only way to data. One writer with a queue: two `write` calls never overlap, so a rolled-back transaction
 * touches nobody else's work. Reads go beside it. Do not call `write` inside `write`: it is refused (`nested-write`).
 * Keep the work short, and wait for nothing but the database in it: everybody else who writes is waiting.
 * @throws PortalError `database-busy` (503, Retry-After) after the busy timeout, `storage-full` (507) on a full disk,
 * `storage-read-only` and `storage-failed` (503) when the disk cannot be written to, `transaction-timeout` (503).
 */
export interface UnitOfWork {
  read<T>(work: (reader: Reader) => Promise<T>): Promise<T>;
  write<T>(work: (transaction: Transaction) => Promise<T>): Promise<T>;
}
export const UnitOfWork: ServiceToken<UnitOfWork> = serviceToken('portico.unit-of-work');

/** What is deleted is overwritten in the database, but its log may still hold it for a while. */
export interface Erasure {
  /**
   * Folds the log into the database and empties it, so that what was deleted before is in neither. Cheap, but not for every request.
   * False when somebody was reading: ask again later. Copies that were made before keep what they hold.
   */
  erase(): Promise<boolean>;
}
export const Erasure: ServiceToken<Erasure> = serviceToken('portico.erasure');

/** Bytes that are safe on disk (fsynced, under their final name) and wait for a transaction that keeps them. */
export interface StoredBlob {
  /** UUIDv7. */
  readonly id: string;
  /** Bytes. */
  readonly size: number;
  /** Lower-case hex. */
  readonly sha256: string;
}

/**
 * Files of the portal, apart from the database. The order of a durable write: `store` (stage, hash, fsync, rename, fsync folder) ->
 * `transaction.keepBlob` with the row that uses it -> commit -> answer. What is stored but never kept is swept after the grace period.
 */
export interface BlobStore {
  /**
   * @param limits.maxBytes the stream is cut off and nothing is left beyond it.
   * @throws PortalError `too-large` (413), `storage-full` (507), `upload-aborted` (400).
   */
  store(content: Readable | Uint8Array, limits: { readonly maxBytes: number }): Promise<StoredBlob>;
  /** Takes a blob back that no transaction kept. */
  discard(id: string): Promise<void>;
  /**
   * @param range inclusive byte positions; `end` is cut to the last byte.
   * @throws PortalError `blob-missing` or `blob-damaged` (500, never wrong bytes), `range-not-satisfiable` (416).
   */
  open(id: string, range?: { readonly start: number; readonly end: number }): Promise<Readable>;
  /** The absolute path, for libraries that read files themselves (sharp). Read only. */
  pathOf(id: string): string;
}
export const BlobStore: ServiceToken<BlobStore> = serviceToken('portico.blob-store');

/** What a check of `portico doctor` found. */
export interface IntegrityFinding {
  readonly severity: 'error' | 'warning';
  readonly message: string;
}

/** A check of the portal's invariants that `portico doctor` runs. Reads only. */
export interface IntegrityCheck {
  /** Says what is checked, e.g. "Every document version has its blob." */
  readonly title: string;
  /** `deployment`: what an operator wrote and nobody can follow. It is quick, is logged when the portal opens, and stands on the screen Diagnostics. */
  readonly about?: 'data' | 'deployment';
  run(): Promise<readonly IntegrityFinding[]>;
}
export const IntegrityChecks: ExtensionPoint<IntegrityCheck> = extensionPoint('portico.integrity-checks', {
  requires: { title: 'text', run: 'function' },
});

/** Something that an operator wrote and nobody can follow. */
export interface DeploymentFinding extends IntegrityFinding {
  /** Title of the check that found it. */
  readonly check: string;
  /** The module that brings the check; `core` for the portal's own. */
  readonly module: string;
}

/** What the checks about the deployment find, for screens: the same sentences as those of `portico doctor`. */
export interface DeploymentReport {
  findings(): Promise<readonly DeploymentFinding[]>;
}
export const DeploymentReport: ServiceToken<DeploymentReport> = serviceToken('portico.deployment-report');
