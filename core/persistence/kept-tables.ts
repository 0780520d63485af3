import type Database from 'better-sqlite3';
import { blobIds } from './blob-paths.js';
import type { Protect } from './database-copies.js';
import type { MigrationRunner } from './migration-runner.js';
import type { SqliteTransaction } from './sqlite-transaction.js';
import type { Writer } from './writer.js';

/** A table, index or trigger as it was. */
interface KeptObject {
  readonly type: string;
  readonly name: string;
  readonly sql: string;
}

interface KeptChange {
  /** Tables that the former and the next version call theirs: what is there of them when the change is undone goes. */
  readonly claims: readonly string[];
  readonly objects: readonly KeptObject[];
  readonly migrations: readonly Readonly<Record<string, string | number | null>>[];
  /** Where counters of rows stood, by table. */
  readonly sequences: readonly { readonly name: string; readonly seq: number }[];
}

/**
 * The tables of one module as they are before it is changed for another version, so that the change can be undone: also by the next process, when
 * this one dies in between. They lie in the database itself: what is kept, undone or forgotten is so in one transaction. The module is stopped while
 * they are kept, so nothing that is undone was answered to anybody.
 */
export class KeptTables {
  constructor(
    private readonly connection: Database.Database,
    private readonly writer: Writer,
    private readonly migrations: MigrationRunner,
    private readonly protect: Protect,
  ) {}

  /** Owners whose change neither happened nor was undone: the process that began it died. */
  unfinished(): readonly string[] {
    return this.connection.prepare('SELECT owner FROM portico_kept_change ORDER BY owner').pluck().all() as string[];
  }

  /** @param claims names of tables of the former and the next version; those of others must not be among them. */
  async keep(owner: string, claims: readonly string[]): Promise<void> {
    await this.change(async () => {
      const objects = this.objectsOf(claims);
      const tables = objects.flatMap(({ type, name }) => (type === 'table' ? name : []));
      for (const table of tables)
        this.connection.exec(`CREATE TABLE ${quoted(keptName(table))} AS SELECT ${this.columnsOf(table)} FROM ${quoted(table)}`);
      const migrations = this.connection
        .prepare('SELECT * FROM portico_migration WHERE owner = ? ORDER BY position')
        .all(owner) as KeptChange['migrations'];
      const content: KeptChange = { claims, objects, migrations, sequences: this.sequencesOf(tables) };
      this.connection
        .prepare('INSERT INTO portico_kept_change (owner, content) VALUES (?, ?)')
        .run(owner, JSON.stringify(content));
    });
  }

  /** Makes everything as it was when it was kept; nothing when nothing is kept. */
  async restore(owner: string): Promise<void> {
    const content = this.contentOf(owner);
    if (content === undefined) return;
    await this.change(async () => {
      for (const name of this.tablesAmong(content.claims)) this.connection.exec(`DROP TABLE ${quoted(name)}`);
      const isTable = ({ type }: KeptObject): boolean => type === 'table';
      for (const { name, sql } of content.objects.filter(isTable)) {
        this.connection.exec(sql);
        const columns = this.columnsOf(name);
        this.connection.exec(`INSERT INTO ${quoted(name)} (${columns}) SELECT ${columns} FROM ${quoted(keptName(name))}`);
      }
      for (const { sql } of content.objects.filter((each) => !isTable(each))) this.connection.exec(sql);
      for (const { name, seq } of content.sequences)
        this.connection.prepare('UPDATE sqlite_sequence SET seq = ? WHERE name = ?').run(seq, name);
      this.connection.prepare('DELETE FROM portico_migration WHERE owner = ?').run(owner);
      for (const row of content.migrations)
        this.connection
          .prepare('INSERT INTO portico_migration (owner, position, name, applied_at, checksum) VALUES (?, ?, ?, ?, ?)')
          .run(row.owner, row.position, row.name, row.applied_at, row.checksum);
      this.drop(owner, content);
    });
    this.migrations.reload(owner);
  }

  /** The change has happened: to be called in the transaction that says so. */
  forget(transaction: SqliteTransaction, owner: string): void {
    transaction.assertOpen();
    const content = this.contentOf(owner);
    if (content !== undefined) this.drop(owner, content);
  }

  /**
   * Takes the tables of an owner away, with the files that only they name, and what is remembered of its migrations; in a transaction.
   * Nothing happens while rows of others refer to rows of these tables: the commit fails.
   */
  async erase(transaction: SqliteTransaction, owner: string, tables: readonly string[]): Promise<void> {
    transaction.assertOpen();
    // Tables may refer to each other, whichever of them was made first. It holds until the transaction ends.
    this.connection.pragma('defer_foreign_keys = ON');
    const going = this.tablesAmong(tables);
    // Of a change that could not be undone: the next start would bring back what goes here.
    const change = this.contentOf(owner);
    const kept = (change?.objects ?? []).flatMap(({ type, name }) => (type === 'table' ? keptName(name) : []));
    await this.protect(async () => {
      const blobs = this.blobsOf([...going, ...kept]);
      for (const name of going) this.connection.exec(`DROP TABLE ${quoted(name)}`);
      if (change) this.drop(owner, change);
      for (const id of blobs) await transaction.dropBlob(id);
    });
    await transaction.query('DELETE FROM portico_migration WHERE owner = ?', [owner]);
    transaction.afterCommit(() => this.migrations.reload(owner));
  }

  /** Those of the names that are there, with their indexes and triggers; tables first. */
  objectsOf(tables: readonly string[]): readonly KeptObject[] {
    return this.connection
      .prepare(
        `SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL AND tbl_name IN (SELECT value FROM json_each(?))
         AND name NOT LIKE 'sqlite_%' ORDER BY type <> 'table', rowid`,
      )
      .all(JSON.stringify(tables)) as KeptObject[];
  }

  /** Blobs whose ids stand in texts of these tables, and in none of the tables of modules that stay, as they are or as they were kept. */
  private blobsOf(going: readonly string[]): readonly string[] {
    const isBlob = this.connection.prepare('SELECT 1 FROM portico_blob WHERE id = ?');
    const named = new Set(this.idsIn(going, (id) => isBlob.get(id) !== undefined));
    if (named.size === 0) return [];
    const tables = this.connection
      .prepare("SELECT name FROM sqlite_master WHERE type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL %'")
      .pluck()
      .all() as string[];
    const staying = tables.filter((table) => (isKept(table) || !/^(?:portico|sqlite)_/.test(table)) && !going.includes(table));
    for (const id of this.idsIn(staying, (each) => named.has(each))) named.delete(id);
    return [...named];
  }

  /** Ids in texts of these tables: alone, or within more, such as JSON. */
  private *idsIn(tables: readonly string[], isWanted: (id: string) => boolean): Iterable<string> {
    for (const table of tables)
      for (const { name } of this.connection.pragma(`table_info(${quoted(table)})`) as { name: string }[]) {
        const column = quoted(name);
        const texts = this.connection
          .prepare(`SELECT ${column} FROM ${quoted(table)} WHERE typeof(${column}) = 'text' AND ${column} LIKE '%-%-%-%-%'`)
          .pluck();
        for (const text of texts.iterate() as Iterable<string>)
          for (const [id] of text.matchAll(blobIds)) if (isWanted(id)) yield id;
      }
  }

  private tablesAmong(names: readonly string[]): readonly string[] {
    return this.objectsOf(names).flatMap(({ type, name }) => (type === 'table' ? name : []));
  }

  /** Dropping a table with the keys on would delete the rows of others that refer to it. */
  private change(work: () => Promise<void>): Promise<void> {
    return this.writer.exclusively(async () => {
      this.connection.pragma('foreign_keys = OFF');
      try {
        await this.protect(() => this.writer.transact(work));
      } finally {
        this.connection.pragma('foreign_keys = ON');
      }
    });
  }

  private contentOf(owner: string): KeptChange | undefined {
    const content = this.connection.prepare('SELECT content FROM portico_kept_change WHERE owner = ?').pluck().get(owner);
    return content === undefined ? undefined : (JSON.parse(String(content)) as KeptChange);
  }

  private drop(owner: string, { objects }: KeptChange): void {
    for (const { name } of objects.filter(({ type }) => type === 'table'))
      this.connection.exec(`DROP TABLE ${quoted(keptName(name))}`);
    this.connection.prepare('DELETE FROM portico_kept_change WHERE owner = ?').run(owner);
  }

  private columnsOf(table: string): string {
    const columns = this.connection.pragma(`table_xinfo(${quoted(table)})`) as { name: string; hidden: number }[];
    return columns
      .filter(({ hidden }) => hidden === 0)
      .map(({ name }) => quoted(name))
      .join(', ');
  }

  private sequencesOf(tables: readonly string[]): KeptChange['sequences'] {
    const isThere = this.connection.prepare("SELECT 1 FROM sqlite_master WHERE name = 'sqlite_sequence'").get() !== undefined;
    if (!isThere) return [];
    return this.connection
      .prepare('SELECT name, seq FROM sqlite_sequence WHERE name IN (SELECT value FROM json_each(?))')
      .all(JSON.stringify(tables)) as KeptChange['sequences'];
  }
}

const keptPrefix = 'portico_kept_';
const keptName = (table: string): string => keptPrefix + table;
const isKept = (table: string): boolean => table.startsWith(keptPrefix);
const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;
