import { injectable, type PersonalDataSource, type Reader, type SiteContent, type Transaction } from '@portico/core';
import { personalRows } from '@portico/core/util';
import { ArticleEntity } from '../entities/index.js';

/** The articles of a site, with what people wrote and have not saved, as it is erased. */
@injectable()
export class SiteArticles implements SiteContent {
  readonly label = 'site.articles';

  count(reader: Reader, siteId: string): Promise<number> {
    return reader.repository(ArticleEntity).countBy({ siteId });
  }

  async erase(transaction: Transaction, siteId: string, limit: number): Promise<number> {
    const rows = await transaction.query<{ id: string }>(
      'SELECT id FROM web_content_article WHERE site_id = ? ORDER BY id LIMIT ?',
      [siteId, limit],
    );
    if (rows.length === 0) return 0;
    const ids = rows.map(({ id }) => id);
    const those = `(${ids.map(() => '?').join(', ')})`;
    await transaction.query(`DELETE FROM web_content_draft WHERE article_id IN ${those}`, ids);
    await transaction.query(`DELETE FROM web_content_article WHERE id IN ${those}`, ids);
    return ids.length;
  }
}

/** The articles that somebody began: they stay when the person goes. */
export const personalArticles: PersonalDataSource = personalRows({
  key: 'articles',
  label: 'site.articles',
  table: 'web_content_article',
  owner: 'created_by',
  columns: { site: 'site_id', title: 'title', address: 'address', createdAt: 'created_at', publishedAt: 'published_at' },
  times: ['createdAt', 'publishedAt'],
});

/** What somebody wrote and has not saved: nobody else reads it, so it goes with the person. */
export const personalDrafts: PersonalDataSource = personalRows({
  key: 'articleDrafts',
  label: 'personal.drafts',
  table: 'web_content_draft',
  owner: 'person_id',
  columns: { article: 'article_id', title: 'title', body: 'body', savedAt: 'saved_at' },
  times: ['savedAt'],
  // Each may have half a million characters.
  atOnce: 10,
  forget: async (transaction, { id }) => {
    await transaction.query('DELETE FROM web_content_draft WHERE person_id = ?', [id]);
  },
});
