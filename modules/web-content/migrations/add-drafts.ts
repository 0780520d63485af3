import type { MigrationInterface, QueryRunner } from '@portico/core';

/** Articles keep themselves while somebody writes: a new one as a draft in the list, changes of another beside it, for the one who wrote them. */
export class AddDrafts1764510000000 implements MigrationInterface {
  readonly name = 'AddDrafts1764510000000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('ALTER TABLE web_content_article ADD COLUMN begun_form text');
    await queryRunner.query(
      'CREATE UNIQUE INDEX web_content_article_begun ON web_content_article (begun_form) WHERE begun_form IS NOT NULL',
    );
    await queryRunner.query(`
      CREATE TABLE web_content_draft (
        id text PRIMARY KEY NOT NULL,
        article_id text NOT NULL REFERENCES web_content_article (id) ON DELETE CASCADE,
        person_id text NOT NULL,
        title text NOT NULL,
        address text NOT NULL,
        body text NOT NULL,
        revision integer NOT NULL,
        seen text NOT NULL,
        saved_at integer NOT NULL
      )`);
    await queryRunner.query('CREATE INDEX web_content_draft_by_person ON web_content_draft (article_id, person_id, saved_at)');
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP TABLE web_content_draft');
    await queryRunner.query('DROP INDEX web_content_article_begun');
    await queryRunner.query('ALTER TABLE web_content_article DROP COLUMN begun_form');
  }
}
