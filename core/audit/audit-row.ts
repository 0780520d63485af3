import type { MigrationInterface, QueryRunner } from '../api/index.js';
import { Column, Entity, PrimaryColumn } from '../libraries/typeorm.js';
import { foldText } from '../util/text.js';

/** A change that happened. Rows are added, and never changed. */
@Entity({ name: 'portico_audit' })
export class AuditRow {
  /** Id of the entry, a UUIDv7: entries sort by time. */
  @PrimaryColumn({ type: 'text' })
  id!: string;

  /** Time of the change; ISO 8601, UTC. */
  @Column({ type: 'text' })
  at!: string;

  /** Part of the portal that was changed, e.g. `flags`, `settings`, or the id of a module. */
  @Column({ type: 'text' })
  area!: string;

  /** What was changed within the area, e.g. the key of a flag or the id of a settings definition. */
  @Column({ type: 'text' })
  subject!: string;

  /** Part of the subject, e.g. a field; null when all of it is meant. */
  @Column({ type: 'text', nullable: true })
  attribute!: string | null;

  /** Where it holds: `instance`, or the id of a site. */
  @Column({ type: 'text' })
  scope!: string;

  /** What was done, e.g. `changed`, `added`, `removed`. */
  @Column({ type: 'text' })
  action!: string;

  /** Value before, as JSON, without secrets; null when there was none. */
  @Column({ type: 'text', nullable: true })
  before!: string | null;

  /** Value afterwards, as JSON, without secrets; null when there is none. */
  @Column({ type: 'text', nullable: true })
  after!: string | null;

  /** Id of the person who did it; empty for the portal itself. */
  @Column({ name: 'by_id', type: 'text' })
  byId!: string;

  /** Name of that person at that time, and of the API token that stood for them. */
  @Column({ name: 'by_name', type: 'text' })
  byName!: string;

  /** Way on which it came: `screen`, `command`, `api`, …; see `AuditVia`. */
  @Column({ type: 'text' })
  via!: string;

  /** Reason that the person gave; null when they gave none. */
  @Column({ type: 'text', nullable: true })
  reason!: string | null;

  /** Subject, attribute and name of the person as searches compare them: `auditSearchText`. */
  @Column({ name: 'search_text', type: 'text' })
  searchText!: string;

  /** Place in the chain of all entries, from 1 without gaps; null for a row that was not written by the portal. */
  @Column({ type: 'bigint', nullable: true })
  number!: number | null;

  /** Address of the client, where a request did it. */
  @Column({ type: 'text', nullable: true })
  address!: string | null;

  /** Id of the request in logs (`trace`), where a request did it. */
  @Column({ name: 'request_id', type: 'text', nullable: true })
  requestId!: string | null;

  /** Id of the person whom subject, attribute, values or reason tell of; null when they tell of nobody. */
  @Column({ name: 'about_id', type: 'text', nullable: true })
  aboutId!: string | null;

  /** Salt of `who_digest`; null once name and address were taken out. */
  @Column({ name: 'who_salt', type: 'text', nullable: true })
  whoSalt!: string | null;

  /** Keyed digest of name and address, which stays when they go. */
  @Column({ name: 'who_digest', type: 'text', nullable: true })
  whoDigest!: string | null;

  /** Salt of `what_digest`; null once subject, attribute, values and reason were taken out. */
  @Column({ name: 'what_salt', type: 'text', nullable: true })
  whatSalt!: string | null;

  /** Keyed digest of subject, attribute, values and reason, which stays when they go. */
  @Column({ name: 'what_digest', type: 'text', nullable: true })
  whatDigest!: string | null;

  /** Proves that the portal took out what is missing; null when nothing is. */
  @Column({ type: 'text', nullable: true })
  forgotten!: string | null;

  /** Keyed hash of the entry and of the hash before it; empty when it was written without the key. */
  @Column({ type: 'text', nullable: true })
  hash!: string | null;
}

/** Where the chain of entries begins and ends, so that a missing end is noticed and what retention removed is known. */
@Entity({ name: 'portico_audit_chain' })
class AuditChainRow {
  /** `head`: the newest entry. `start`: the newest of those that retention removed. */
  @PrimaryColumn({ type: 'text' })
  part!: string;

  /** Number of that entry; 0 when there is none. */
  @Column({ type: 'bigint' })
  number!: number;

  /** Its hash. */
  @Column({ type: 'text' })
  hash!: string;

  /** Keyed hash over this row; empty when it was written without the key. */
  @Column({ type: 'text' })
  seal!: string;
}

/** A key of the chain, sealed under the master key. */
@Entity({ name: 'portico_audit_key' })
class AuditKeyRow {
  /** Number of the first entry that is hashed with it. */
  @PrimaryColumn({ name: 'from_number', type: 'bigint' })
  fromNumber!: number;

  /** The key, sealed by the secret box. */
  @Column({ type: 'text' })
  sealed!: string;

  /** Time at which it was made; ISO 8601, UTC. */
  @Column({ name: 'created_at', type: 'text' })
  createdAt!: string;
}

/** What a search of the audit log looks in. */
export function auditSearchText({ subject, attribute, byName }: Pick<AuditRow, 'subject' | 'attribute' | 'byName'>): string {
  return foldText(`${subject}.${attribute ?? ''} ${byName}`);
}

class CreateAudit1763900000000 implements MigrationInterface {
  readonly name = 'CreateAudit1763900000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE portico_audit (
        id TEXT PRIMARY KEY NOT NULL, at TEXT NOT NULL, area TEXT NOT NULL, subject TEXT NOT NULL, attribute TEXT, scope TEXT NOT NULL,
        action TEXT NOT NULL, before TEXT, after TEXT, by_id TEXT NOT NULL, by_name TEXT NOT NULL, via TEXT NOT NULL, reason TEXT)`);
    await runner.query('CREATE INDEX portico_audit_subject ON portico_audit (area, subject, id)');
    await runner.query('CREATE INDEX portico_audit_scope ON portico_audit (scope, id)');
    await runner.query('CREATE INDEX portico_audit_person ON portico_audit (by_id, id)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE portico_audit');
  }
}

const rowsAtOnce = 1000;

/** A person is found whatever the case and the accents of the name, which no database folds alike: so the folded text is a column. */
class AddSearchText1764490000000 implements MigrationInterface {
  readonly name = 'AddSearchText1764490000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query("ALTER TABLE portico_audit ADD COLUMN search_text TEXT NOT NULL DEFAULT ''");
    let last = '';
    for (;;) {
      const rows: Pick<AuditRow, 'id' | 'subject' | 'attribute' | 'byName'>[] = await runner.query(
        `SELECT id, subject, attribute, by_name AS "byName" FROM portico_audit WHERE id > ? ORDER BY id LIMIT ${rowsAtOnce}`,
        [last],
      );
      for (const row of rows)
        await runner.query('UPDATE portico_audit SET search_text = ? WHERE id = ?', [auditSearchText(row), row.id]);
      const end = rows.at(-1);
      if (!end) return;
      last = end.id;
    }
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE portico_audit DROP COLUMN search_text');
  }
}

const chainColumns = [
  'number BIGINT',
  'address TEXT',
  'request_id TEXT',
  'about_id TEXT',
  'who_salt TEXT',
  'who_digest TEXT',
  'what_salt TEXT',
  'what_digest TEXT',
  'forgotten TEXT',
  'hash TEXT',
];

/** Entries that are there get their numbers here and their hashes at the start that follows, which has the key. */
class AddChain1764510000000 implements MigrationInterface {
  readonly name = 'AddChain1764510000000';

  async up(runner: QueryRunner): Promise<void> {
    for (const column of chainColumns) await runner.query(`ALTER TABLE portico_audit ADD COLUMN ${column}`);
    await runner.query(`
      UPDATE portico_audit SET number = ranked.place
        FROM (SELECT id, ROW_NUMBER() OVER (ORDER BY id) AS place FROM portico_audit) AS ranked WHERE ranked.id = portico_audit.id`);
    await runner.query('CREATE UNIQUE INDEX portico_audit_number ON portico_audit (number)');
    await runner.query('CREATE INDEX portico_audit_about ON portico_audit (about_id)');
    await runner.query(
      'CREATE TABLE portico_audit_chain (part TEXT PRIMARY KEY NOT NULL, number BIGINT NOT NULL, hash TEXT NOT NULL, seal TEXT NOT NULL)',
    );
    await runner.query(
      "INSERT INTO portico_audit_chain (part, number, hash, seal) SELECT 'head', COALESCE(MAX(number), 0), '', '' FROM portico_audit",
    );
    await runner.query(
      'CREATE TABLE portico_audit_key (from_number BIGINT PRIMARY KEY NOT NULL, sealed TEXT NOT NULL, created_at TEXT NOT NULL)',
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE portico_audit_key');
    await runner.query('DROP TABLE portico_audit_chain');
    await runner.query('DROP INDEX portico_audit_about');
    await runner.query('DROP INDEX portico_audit_number');
    for (const column of chainColumns) await runner.query(`ALTER TABLE portico_audit DROP COLUMN ${column.split(' ')[0]}`);
  }
}

export const auditEntities = [AuditRow, AuditChainRow, AuditKeyRow];
export const auditMigrations = [CreateAudit1763900000000, AddSearchText1764490000000, AddChain1764510000000];
