import type { MigrationInterface, QueryRunner } from '../api/index.js';
import { Column, Entity, PrimaryColumn } from '../libraries/typeorm.js';

/** What the instance says of a flag, against the file. */
@Entity({ name: 'portico_flag_override' })
export class FlagOverride {
  @PrimaryColumn({ type: 'text' })
  key!: string;

  @Column({ type: 'boolean' })
  enabled!: boolean;

  /** Who set it, as shown to operators. */
  @Column({ name: 'set_by', type: 'text' })
  setBy!: string;

  /** ISO time. */
  @Column({ name: 'set_at', type: 'text' })
  setAt!: string;
}

class CreateFlagOverride1763800000000 implements MigrationInterface {
  readonly name = 'CreateFlagOverride1763800000000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(
      'CREATE TABLE portico_flag_override (key TEXT PRIMARY KEY NOT NULL, enabled BOOLEAN NOT NULL, set_by TEXT NOT NULL, set_at TEXT NOT NULL)',
    );
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP TABLE portico_flag_override');
  }
}

export const flagEntities = [FlagOverride];
export const flagMigrations = [CreateFlagOverride1763800000000];
