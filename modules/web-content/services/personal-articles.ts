import type { PersonalDataSource } from '@portico/core';
import { personalRows } from '@portico/core/util';

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
  forget: async (transaction, { id }) => {
    await transaction.query('DELETE FROM web_content_draft WHERE person_id = ?', [id]);
  },
});
