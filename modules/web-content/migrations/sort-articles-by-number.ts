import type { MigrationInterface, QueryRunner } from '@portico/core';
import { cutText, foldText, nameSortKey, refillRows } from '@portico/core/util';

/** Numbers in titles are sorted by what they count, so searches look in a column of their own. */
export class SortArticlesByNumber1764640000000 implements MigrationInterface {
  readonly name = 'SortArticlesByNumber1764640000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query("ALTER TABLE web_content_article ADD COLUMN search_text text NOT NULL DEFAULT ''");
    await refillRows(runner, 'web_content_article', 'title', (title) => ({
      title_key: nameSortKey(title),
      search_text: cutText(foldText(title), 300),
    }));
    await runner.query('DROP INDEX web_content_article_by_title');
    await runner.query('DROP INDEX web_content_article_by_change');
    await runner.query('CREATE INDEX web_content_article_by_title ON web_content_article (site_id, title_key, id, search_text)');
    await runner.query(
      'CREATE INDEX web_content_article_by_change ON web_content_article (site_id, modified_at, id, search_text)',
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX web_content_article_by_change');
    await runner.query('DROP INDEX web_content_article_by_title');
    await runner.query('UPDATE web_content_article SET title_key = search_text');
    await runner.query('CREATE INDEX web_content_article_by_title ON web_content_article (site_id, title_key, id)');
    await runner.query('CREATE INDEX web_content_article_by_change ON web_content_article (site_id, modified_at, id, title_key)');
    await runner.query('ALTER TABLE web_content_article DROP COLUMN search_text');
  }
}
