import type { MigrationInterface, QueryRunner } from '@portico/core';

export class CreateArticles1763800000000 implements MigrationInterface {
  readonly name = 'CreateArticles1763800000000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      CREATE TABLE web_content_article (
        id text PRIMARY KEY NOT NULL,
        site_id text NOT NULL,
        title text NOT NULL,
        address text NOT NULL,
        body text NOT NULL,
        published_title text,
        published_body text,
        published_at integer,
        created_by text NOT NULL,
        created_at integer NOT NULL,
        modified_at integer NOT NULL,
        revision integer NOT NULL
      )`);
    await queryRunner.query('CREATE UNIQUE INDEX web_content_article_address ON web_content_article (site_id, address)');
    await queryRunner.query('CREATE INDEX web_content_article_by_change ON web_content_article (site_id, modified_at, id)');
    await queryRunner.query(
      'CREATE INDEX web_content_article_published ON web_content_article (site_id, published_at, id) WHERE published_at IS NOT NULL',
    );
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP TABLE web_content_article');
  }
}
