import type { MigrationInterface, QueryRunner } from '@portico/core';

const tables = ['documents_media_document', 'documents_media_folder'];
/** Indexes that searches and counts read alone, without and with the rule. */
const indexes = [
  {
    name: 'documents_media_document_search',
    on: 'documents_media_document',
    before: 'site_id, name_key, id, kind, size, modified_at, mime_type, metadata_kinds, search_text',
    after: 'site_id, name_key, id, kind, size, modified_at, mime_type, metadata_kinds, rule_id, search_text',
  },
  {
    name: 'documents_media_document_images',
    on: 'documents_media_document',
    before: 'site_id, folder_id, kind, id',
    after: 'site_id, folder_id, kind, id, rule_id',
  },
  {
    name: 'documents_media_document_metadata_kinds',
    on: 'documents_media_document',
    before: 'site_id, metadata_kinds',
    after: 'site_id, metadata_kinds, rule_id',
    where: ' WHERE metadata_kinds IS NOT NULL',
  },
  {
    name: 'documents_media_folder_search',
    on: 'documents_media_folder',
    before: 'site_id, name_key, id, search_text',
    after: 'site_id, name_key, id, rule_id, search_text',
  },
] as const;

/**
 * Folders and documents say who sees them: those of before have no rule, and are seen as before. The rule in force stands in each row, and in the
 * indexes of searches and counts, which still read nothing else. Rules of rows' own are few: an index that has only those finds whether one is still used.
 */
export class AddRules1764700000000 implements MigrationInterface {
  readonly name = 'AddRules1764700000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`CREATE TABLE documents_media_rule (
      id text PRIMARY KEY NOT NULL,
      site_id text NOT NULL,
      visible_to text NOT NULL,
      visible_roles text NOT NULL,
      permissions text NOT NULL
    )`);
    await runner.query(
      'CREATE UNIQUE INDEX documents_media_rule_content ON documents_media_rule (site_id, visible_to, visible_roles, permissions)',
    );
    for (const table of tables) {
      await runner.query(`ALTER TABLE ${table} ADD COLUMN own_rule_id text NOT NULL DEFAULT ''`);
      await runner.query(`ALTER TABLE ${table} ADD COLUMN rule_id text NOT NULL DEFAULT ''`);
      await runner.query(`CREATE INDEX ${table}_own_rule ON ${table} (own_rule_id) WHERE own_rule_id <> ''`);
    }
    await rebuild(runner, 'after');
  }

  async down(runner: QueryRunner): Promise<void> {
    await rebuild(runner, 'before');
    for (const table of tables) {
      await runner.query(`DROP INDEX ${table}_own_rule`);
      await runner.query(`ALTER TABLE ${table} DROP COLUMN rule_id`);
      await runner.query(`ALTER TABLE ${table} DROP COLUMN own_rule_id`);
    }
    await runner.query('DROP TABLE documents_media_rule');
  }
}

async function rebuild(runner: QueryRunner, which: 'before' | 'after'): Promise<void> {
  for (const { name, on, where = '', ...columns } of indexes.map((index) => ({ where: '', ...index }))) {
    await runner.query(`DROP INDEX ${name}`);
    await runner.query(`CREATE INDEX ${name} ON ${on} (${columns[which]})${where}`);
  }
}
