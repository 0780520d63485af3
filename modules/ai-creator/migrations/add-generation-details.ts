import type { MigrationInterface, QueryRunner } from '@portico/core';

const columns = ['quality', 'style', 'made_from', 'source_blob'] as const;

/** What a provenance report tells, and what a variation is made from. */
export class AddGenerationDetails1763810000000 implements MigrationInterface {
  readonly name = 'AddGenerationDetails1763810000000';

  async up(queryRunner: QueryRunner): Promise<void> {
    for (const column of columns) await queryRunner.query(`ALTER TABLE ai_creator_generation ADD COLUMN ${column} text`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    for (const column of columns) await queryRunner.query(`ALTER TABLE ai_creator_generation DROP COLUMN ${column}`);
  }
}
