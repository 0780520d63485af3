import type { MigrationInterface, QueryRunner } from '../api/index.js';
import { Column, Entity, PrimaryColumn } from '../libraries/typeorm.js';

/** A change that happened. Rows are added, and never changed. */
@Entity({ name: 'portico_audit' })
export class AuditRow {
  @PrimaryColumn({ type: 'text' })
  id!: string;

  /** ISO time. */
  @Column({ type: 'text' })
  at!: string;

  @Column({ type: 'text' })
  area!: string;

  @Column({ type: 'text' })
  subject!: string;

  @Column({ type: 'text', nullable: true })
  attribute!: string | null;

  @Column({ type: 'text' })
  scope!: string;

  @Column({ type: 'text' })
  action!: string;

  /** JSON. */
  @Column({ type: 'text', nullable: true })
  before!: string | null;

  /** JSON. */
  @Column({ type: 'text', nullable: true })
  after!: string | null;

  @Column({ name: 'by_id', type: 'text' })
  byId!: string;

  @Column({ name: 'by_name', type: 'text' })
  byName!: string;

  @Column({ type: 'text' })
  via!: string;

  @Column({ type: 'text', nullable: true })
  reason!: string | null;
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

export const auditEntities = [AuditRow];
export const auditMigrations = [CreateAudit1763900000000];
