import type { MigrationInterface, QueryRunner } from '@portico/core';

const columns = {
  source_kind: 'text',
  source_id: 'text',
  source_name: 'text',
  source_version: 'text',
  source_sha256: 'text',
  source_type: 'text',
  source_blob: 'text',
  is_composite: 'boolean',
} as const;

/** The picture that a generation varies. */
export class AddVariations1763842000000 implements MigrationInterface {
  readonly name = 'AddVariations1763842000000';

  async up(queryRunner: QueryRunner): Promise<void> {
    for (const [name, type] of Object.entries(columns))
      await queryRunner.query(`ALTER TABLE ai_creator_generation ADD COLUMN ${name} ${type}`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    for (const name of Object.keys(columns)) await queryRunner.query(`ALTER TABLE ai_creator_generation DROP COLUMN ${name}`);
  }
}
