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

export const auditEntities = [AuditRow];
export const auditMigrations = [CreateAudit1763900000000, AddSearchText1764490000000];
