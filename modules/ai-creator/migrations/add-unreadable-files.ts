import type { MigrationInterface, QueryRunner } from '@portico/core';

const columns = {
  ai_creator_image: ['width integer', 'height integer'],
  ai_creator_generation: ['request_id text', 'input_image_tokens integer', 'output_image_tokens integer'],
} as const;

/** What came and is no image is kept for its author; how large an image is; under which id the service knows a request; which tokens are pictures. */
export class AddUnreadableFiles1764480000000 implements MigrationInterface {
  readonly name = 'AddUnreadableFiles1764480000000';

  async up(queryRunner: QueryRunner): Promise<void> {
    for (const [table, added] of Object.entries(columns))
      for (const column of added) await queryRunner.query(`ALTER TABLE ${table} ADD COLUMN ${column}`);
    await queryRunner.query(`
      CREATE TABLE ai_creator_unreadable_file (
        id text PRIMARY KEY NOT NULL,
        generation_id text NOT NULL,
        blob text NOT NULL,
        name text NOT NULL,
        size integer NOT NULL,
        received_at text NOT NULL
      )`);
    await queryRunner.query(
      'CREATE INDEX ai_creator_unreadable_file_generation ON ai_creator_unreadable_file (generation_id, id)',
    );
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP TABLE ai_creator_unreadable_file');
    for (const [table, added] of Object.entries(columns))
      for (const column of added) await queryRunner.query(`ALTER TABLE ${table} DROP COLUMN ${column.split(' ')[0]}`);
  }
}
