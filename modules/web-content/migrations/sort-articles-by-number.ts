import type { MigrationInterface, QueryRunner } from '@portico/core';
import { cutText, foldText, nameSortKey } from '@portico/core/util';

const rowsAtOnce = 1000;

/** Numbers in titles are sorted by what they count, so searches look in a column of their own. */
export class SortArticlesByNumber1764640000000 implements MigrationInterface {
  readonly name = 'SortArticlesByNumber1764640000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query("ALTER TABLE web_content_article ADD COLUMN search_text text NOT NULL DEFAULT ''");
    let last = '';
    for (;;) {
      const rows: { id: string; title: string }[] = await runner.query(
        `SELECT id, title FROM web_content_article WHERE id > ? ORDER BY id LIMIT ${rowsAtOnce}`,
        [last],
      );
      for (const { id, title } of rows)
        await runner.query('UPDATE web_content_article SET title_key = ?, search_text = ? WHERE id = ?', [
          nameSortKey(title),
          cutText(foldText(title), 300),
          id,
        ]);
      const end = rows.at(-1);
      if (!end) break;
      last = end.id;
    }
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
