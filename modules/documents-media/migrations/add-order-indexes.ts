import type { MigrationInterface, QueryRunner } from '@portico/core';

const table = 'documents_media_document';
const orders = { size: 'size', modified: 'modified_at', type: 'mime_type' } as const;
/** The kinds are null exactly where the metadata are; by them a count reads its index alone. */
const kept = { metadata_id: 'id', metadata_name: 'name_key, id' } as const;

/**
 * Each order that a list can have reads an index from one key to the next, in a folder and among what has metadata of a kind. Searches and
 * counts read indexes alone: what is sorted by stands in the index of searches, and the kinds in one of their own.
 */
export class AddOrderIndexes1764500000000 implements MigrationInterface {
  readonly name = 'AddOrderIndexes1764500000000';

  async up(runner: QueryRunner): Promise<void> {
    for (const [name, column] of Object.entries(orders)) {
      await runner.query(`CREATE INDEX ${table}_by_${name} ON ${table} (site_id, folder_id, ${column}, id)`);
      await runner.query(
        `CREATE INDEX ${table}_metadata_by_${name} ON ${table} (site_id, ${column}, id) WHERE metadata_kinds IS NOT NULL`,
      );
    }
    for (const [name, columns] of Object.entries(kept)) {
      await runner.query(`DROP INDEX ${table}_${name}`);
      await runner.query(`CREATE INDEX ${table}_${name} ON ${table} (site_id, ${columns}) WHERE metadata_kinds IS NOT NULL`);
    }
    await runner.query(
      `CREATE INDEX ${table}_metadata_kinds ON ${table} (site_id, metadata_kinds) WHERE metadata_kinds IS NOT NULL`,
    );
    await runner.query(`DROP INDEX ${table}_search`);
    await runner.query(
      `CREATE INDEX ${table}_search ON ${table} (site_id, name_key, id, kind, size, modified_at, mime_type, metadata_kinds, search_text)`,
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP INDEX ${table}_search`);
    await runner.query(`CREATE INDEX ${table}_search ON ${table} (site_id, name_key, id, kind, search_text)`);
    await runner.query(`DROP INDEX ${table}_metadata_kinds`);
    for (const [name, columns] of Object.entries(kept)) {
      await runner.query(`DROP INDEX ${table}_${name}`);
      await runner.query(`CREATE INDEX ${table}_${name} ON ${table} (site_id, ${columns}) WHERE metadata IS NOT NULL`);
    }
    for (const name of Object.keys(orders)) {
      await runner.query(`DROP INDEX ${table}_metadata_by_${name}`);
      await runner.query(`DROP INDEX ${table}_by_${name}`);
    }
  }
}
