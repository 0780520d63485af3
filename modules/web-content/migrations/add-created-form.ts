import type { MigrationInterface, QueryRunner } from '@portico/core';

/** A form that is sent twice makes one article: an article remembers the form that it was made in. */
export class AddCreatedForm1764610000000 implements MigrationInterface {
  readonly name = 'AddCreatedForm1764610000000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('ALTER TABLE web_content_article ADD COLUMN created_form text');
    await queryRunner.query(
      'CREATE UNIQUE INDEX web_content_article_created ON web_content_article (site_id, created_form) WHERE created_form IS NOT NULL',
    );
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP INDEX web_content_article_created');
    await queryRunner.query('ALTER TABLE web_content_article DROP COLUMN created_form');
  }
}
