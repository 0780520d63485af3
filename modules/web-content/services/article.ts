import type { ArticleEntity } from '../entities/index.js';

/** An article as its authors see it. */
export interface Article {
  readonly id: string;
  readonly siteId: string;
  readonly title: string;
  readonly address: string;
  /** Cleaned HTML. */
  readonly body: string;
  readonly publishedAt: Date | undefined;
  /** True when the draft differs from what visitors read. */
  readonly hasUnpublishedChanges: boolean;
  readonly modifiedAt: Date;
  readonly revision: number;
}

/** What a form says of an article. */
export interface ArticleInput {
  readonly title: string;
  /** Empty: made from the title. */
  readonly address: string;
  readonly body: string;
}

/** An article as visitors see it. */
export interface PublishedArticle {
  readonly title: string;
  readonly address: string;
  readonly body: string;
  readonly publishedAt: Date;
}

export function toArticle(row: ArticleEntity): Article {
  return {
    id: row.id,
    siteId: row.siteId,
    title: row.title,
    address: row.address,
    body: row.body,
    publishedAt: row.publishedAt === null ? undefined : new Date(row.publishedAt),
    hasUnpublishedChanges: row.publishedAt !== null && (row.title !== row.publishedTitle || row.body !== row.publishedBody),
    modifiedAt: new Date(row.modifiedAt),
    revision: row.revision,
  };
}

/** Lower-case letters, digits and hyphens of a title; at most 80 characters; `article` when nothing is left. */
export function addressFrom(title: string): string {
  const words = title
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, 80)
    .replace(/^-+|-+$/g, '');
  return words || 'article';
}
