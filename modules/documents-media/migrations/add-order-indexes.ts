import type { MigrationInterface, QueryRunner } from '@portico/core';

const table = 'documents_media_document';
const orders = { size: 'size', modified: 'modified_at', type: 'mime_type' } as const;

/**
 * Each order that a list can have reads an index from one key to the next, in a folder and among what has metadata of a kind. Searches and
 * counts read indexes alone: what they are sorted by stands in the index of searches, and the kinds in one of their own.
 */
export class AddOrderIndexes1764500000000 implements MigrationInterface {
  readonly name = 'AddOrderIndexes1764500000000';

  async up(runner: QueryRunner): Promise<void> {
    for (const [name, column] of Object.entries(orders)) {
      await runner.query(`CREATE INDEX ${table}_by_${name} ON ${table} (site_id, folder_id, ${column}, id)`);
      await runner.query(
        `CREATE INDEX ${table}_metadata_by_${name} ON ${table} (site_id, ${column}, id) WHERE metadata IS NOT NULL`,
      );
    }
    await runner.query(`CREATE INDEX ${table}_metadata_kinds ON ${table} (site_id, metadata_kinds) WHERE metadata IS NOT NULL`);
    await runner.query(`DROP INDEX ${table}_search`);
    await runner.query(
      `CREATE INDEX ${table}_search ON ${table} (site_id, name_key, id, kind, size, modified_at, mime_type, metadata_kinds, search_text)`,
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP INDEX ${table}_search`);
    await runner.query(`CREATE INDEX ${table}_search ON ${table} (site_id, name_key, id, kind, search_text)`);
    await runner.query(`DROP INDEX ${table}_metadata_kinds`);
    for (const name of Object.keys(orders)) {
      await runner.query(`DROP INDEX ${table}_metadata_by_${name}`);
      await runner.query(`DROP INDEX ${table}_by_${name}`);
    }
  }
}
