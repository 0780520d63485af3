import type { MigrationInterface, QueryRunner } from '@portico/core';
import { articleTitleKey } from '../entities/article.js';

const rowsAtOnce = 1000;

/** Articles are sorted and found by the folded text of their titles, which each database would compare in its own way. */
export class SortArticlesByTitle1764600000000 implements MigrationInterface {
  readonly name = 'SortArticlesByTitle1764600000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query("ALTER TABLE web_content_article ADD COLUMN title_key text NOT NULL DEFAULT ''");
    let last = '';
    for (;;) {
      const rows: { id: string; title: string }[] = await runner.query(
        `SELECT id, title FROM web_content_article WHERE id > ? ORDER BY id LIMIT ${rowsAtOnce}`,
        [last],
      );
      for (const { id, title } of rows)
        await runner.query('UPDATE web_content_article SET title_key = ? WHERE id = ?', [articleTitleKey(title), id]);
      const end = rows.at(-1);
      if (!end) break;
      last = end.id;
    }
    await runner.query('CREATE INDEX web_content_article_by_title ON web_content_article (site_id, title_key, id)');
    await runner.query('DROP INDEX web_content_article_by_change');
    await runner.query('CREATE INDEX web_content_article_by_change ON web_content_article (site_id, modified_at, id, title_key)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX web_content_article_by_change');
    await runner.query('CREATE INDEX web_content_article_by_change ON web_content_article (site_id, modified_at, id)');
    await runner.query('DROP INDEX web_content_article_by_title');
    await runner.query('ALTER TABLE web_content_article DROP COLUMN title_key');
  }
}
