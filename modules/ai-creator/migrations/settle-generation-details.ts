import type { MigrationInterface, QueryRunner } from '@portico/core';

const generation = {
  id: 'text PRIMARY KEY NOT NULL',
  site_id: 'text NOT NULL',
  person_id: 'text NOT NULL',
  token: 'text NOT NULL',
  root_id: 'text NOT NULL',
  folder_id: 'text',
  description: 'text NOT NULL',
  size: 'text NOT NULL',
  count: 'integer NOT NULL',
  state: 'text NOT NULL',
  provider: 'text',
  model: 'text',
  error_code: 'text',
  error_detail: 'text',
  retry_after: 'integer',
  maybe_charged: 'boolean NOT NULL',
  input_tokens: 'integer',
  output_tokens: 'integer',
  created_at: 'text NOT NULL',
  sent_at: 'text',
  received_at: 'text',
  settled_at: 'text',
  expires_at: 'text NOT NULL',
  quality: 'text',
  style: 'text',
  attempts: 'integer NOT NULL DEFAULT 0',
  retry_at: 'text',
  waiting_since: 'text',
  key_from: 'text',
} as const;

const image = {
  id: 'text PRIMARY KEY NOT NULL',
  generation_id: 'text NOT NULL REFERENCES ai_creator_generation_settled (id) ON DELETE CASCADE',
  position: 'integer NOT NULL',
  state: 'text NOT NULL',
  original_blob: 'text NOT NULL',
  rendition_blob: 'text',
  mime_type: 'text NOT NULL',
  sha256: 'text NOT NULL',
  name: 'text NOT NULL',
  alt_text: 'text NOT NULL',
  document_id: 'text',
} as const;

const tables = { ai_creator_generation: generation, ai_creator_image: image } as const;

const indexes = [
  'UNIQUE INDEX ai_creator_generation_token ON ai_creator_generation (person_id, token)',
  'INDEX ai_creator_generation_list ON ai_creator_generation (person_id, site_id, id)',
  'INDEX ai_creator_generation_state ON ai_creator_generation (state, id)',
  'INDEX ai_creator_generation_expiry ON ai_creator_generation (expires_at, id)',
  'UNIQUE INDEX ai_creator_image_generation ON ai_creator_image (generation_id, position)',
] as const;

/**
 * `AddGenerationDetails` was edited for a while: with it some databases lack `made_from` and `source_blob`, which the others have. Nobody ever
 * wrote into them. Both kinds get one table here, without them, so that `AddVariations` finds the same everywhere. No statement asks which
 * columns there are: the table is made anew from those that are in both. The images refer to it and are made anew with it.
 */
export class SettleGenerationDetails1764480000000 implements MigrationInterface {
  readonly name = 'SettleGenerationDetails1764480000000';
  readonly unlessApplied = 'AddVariations1763842000000';

  async up(queryRunner: QueryRunner): Promise<void> {
    for (const [table, columns] of Object.entries(tables)) {
      const names = Object.keys(columns).join(', ');
      const definitions = Object.entries(columns).map(([name, type]) => `${name} ${type}`);
      await queryRunner.query(`CREATE TABLE ${table}_settled (${definitions.join(', ')})`);
      await queryRunner.query(`INSERT INTO ${table}_settled (${names}) SELECT ${names} FROM ${table}`);
    }
    for (const table of Object.keys(tables).reverse()) await queryRunner.query(`DROP TABLE ${table}`);
    for (const table of Object.keys(tables)) await queryRunner.query(`ALTER TABLE ${table}_settled RENAME TO ${table}`);
    for (const index of indexes) await queryRunner.query(`CREATE ${index}`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    for (const column of ['made_from', 'source_blob'])
      await queryRunner.query(`ALTER TABLE ai_creator_generation ADD COLUMN ${column} text`);
  }
}
