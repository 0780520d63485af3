import type { MigrationInterface, QueryRunner } from '@portico/core';

/** What a generation that waits to be sent again must remember, and who supplied the key that was refused. */
export class AddRetries1763841000000 implements MigrationInterface {
  readonly name = 'AddRetries1763841000000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('ALTER TABLE ai_creator_generation ADD COLUMN attempts integer NOT NULL DEFAULT 0');
    for (const column of columns) await queryRunner.query(`ALTER TABLE ai_creator_generation ADD COLUMN ${column} text`);
    await queryRunner.query("UPDATE ai_creator_generation SET attempts = 1 WHERE state <> 'reserved' AND sent_at IS NOT NULL");
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    for (const column of ['attempts', ...columns])
      await queryRunner.query(`ALTER TABLE ai_creator_generation DROP COLUMN ${column}`);
  }
}

const columns = ['retry_at', 'waiting_since', 'key_from'] as const;
