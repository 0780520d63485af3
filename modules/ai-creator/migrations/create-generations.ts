import type { MigrationInterface, QueryRunner } from '@portico/core';

export class CreateGenerations1763800000000 implements MigrationInterface {
  readonly name = 'CreateGenerations1763800000000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      CREATE TABLE ai_creator_generation (
        id text PRIMARY KEY NOT NULL,
        site_id text NOT NULL,
        person_id text NOT NULL,
        token text NOT NULL,
        root_id text NOT NULL,
        folder_id text,
        description text NOT NULL,
        size text NOT NULL,
        count integer NOT NULL,
        state text NOT NULL,
        provider text,
        model text,
        error_code text,
        error_detail text,
        retry_after integer,
        maybe_charged boolean NOT NULL,
        input_tokens integer,
        output_tokens integer,
        created_at text NOT NULL,
        sent_at text,
        received_at text,
        settled_at text,
        expires_at text NOT NULL
      )`);
    await queryRunner.query('CREATE UNIQUE INDEX ai_creator_generation_token ON ai_creator_generation (person_id, token)');
    await queryRunner.query('CREATE INDEX ai_creator_generation_list ON ai_creator_generation (person_id, site_id, id)');
    await queryRunner.query('CREATE INDEX ai_creator_generation_state ON ai_creator_generation (state, id)');
    await queryRunner.query('CREATE INDEX ai_creator_generation_expiry ON ai_creator_generation (expires_at, id)');
    await queryRunner.query(`
      CREATE TABLE ai_creator_image (
        id text PRIMARY KEY NOT NULL,
        generation_id text NOT NULL REFERENCES ai_creator_generation (id) ON DELETE CASCADE,
        position integer NOT NULL,
        state text NOT NULL,
        original_blob text NOT NULL,
        rendition_blob text,
        mime_type text NOT NULL,
        sha256 text NOT NULL,
        name text NOT NULL,
        alt_text text NOT NULL,
        document_id text
      )`);
    await queryRunner.query('CREATE UNIQUE INDEX ai_creator_image_generation ON ai_creator_image (generation_id, position)');
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP TABLE ai_creator_image');
    await queryRunner.query('DROP TABLE ai_creator_generation');
  }
}
