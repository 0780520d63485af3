import { createHash } from 'node:crypto';
import type { Messages, Site } from '@portico/core';
import { addressFrom, type ListTotal, type MergedFields, mergeFields, type Sorting, type SortKeys } from '@portico/core/util';
import { ArticleEntity } from '../entities/index.js';

const titleLimit = 200;
/** Characters of HTML. */
export const bodyLimit = 500_000;

/** An article as its authors see it. */
export interface Article {
  readonly id: string;
  readonly siteId: string;
  /** Empty while it was only begun. */
  readonly title: string;
  /** Empty while it was only begun. */
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

/** What the form showed before anything was typed; a field that is missing counts as changed. */
export interface SeenArticle {
  readonly title?: string;
  readonly address?: string;
  /** `fingerprint` of the body. */
  readonly body?: string;
}

/** An article as visitors see it. */
export interface PublishedArticle {
  readonly id: string;
  /** Another one whenever anything of the article changed, its draft too. */
  readonly revision: number;
  readonly title: string;
  readonly address: string;
  readonly body: string;
  readonly publishedAt: Date;
}

/** By what articles are sorted. */
export type ArticleOrder = 'title' | 'modified';
export const articleOrders: SortKeys<ArticleOrder> = {
  title: { column: 'title_key', usual: 'asc' },
  modified: { column: 'modified_at', holds: 'number', usual: 'desc' },
};

export const lastChangedFirst: Sorting<ArticleOrder> = { order: 'modified', direction: 'desc' };

export interface ArticleQuery {
  /** Words that stand anywhere in a title, all of them. */
  readonly search?: string;
  /** Default: last changed first. */
  readonly sorting?: Sorting<ArticleOrder>;
  /** Where a page begins or ends, as an earlier page said. */
  readonly after?: string;
  readonly before?: string;
}

export interface ArticlePage {
  readonly articles: readonly Article[];
  readonly total: ListTotal;
  readonly previous: string | undefined;
  readonly next: string | undefined;
}

export function toArticle(row: ArticleEntity): Article {
  return {
    id: row.id,
    siteId: row.siteId,
    title: row.title,
    address: row.begunForm === null ? row.address : '',
    body: row.body,
    publishedAt: row.publishedAt === null ? undefined : new Date(row.publishedAt),
    hasUnpublishedChanges: row.publishedAt !== null && (row.title !== row.publishedTitle || row.body !== row.publishedBody),
    modifiedAt: new Date(row.modifiedAt),
    revision: row.revision,
  };
}

export function toPublished(row: ArticleEntity): PublishedArticle {
  return {
    id: row.id,
    revision: row.revision,
    title: row.publishedTitle ?? row.title,
    address: row.address,
    body: row.publishedBody ?? '',
    publishedAt: new Date(row.publishedAt ?? 0),
  };
}

export function newArticle(id: string, site: Site, createdBy: string, now: number): ArticleEntity {
  return Object.assign(new ArticleEntity(), {
    id,
    siteId: site.id,
    address: '',
    publishedTitle: null,
    publishedBody: null,
    publishedAt: null,
    begunForm: null,
    createdForm: null,
    createdBy,
    createdAt: now,
    revision: 0,
  });
}

/** Names a body without repeating it. Forms send line ends of their own kind. */
export const fingerprint = (body: string): string =>
  createHash('sha256').update(body.replaceAll('\r\n', '\n')).digest('base64url');

/** By field: what was sent, unless only somebody else changed it. An empty address means that it stays. */
export function mergeArticle(mine: ArticleInput, seen: SeenArticle, theirs: ArticleInput): MergedFields<keyof ArticleInput> {
  const body = [theirs.body, mine.body].find((text) => fingerprint(text) === seen.body);
  const address = mine.address.trim() === '' ? theirs.address : articleAddress(mine.address);
  return mergeFields(
    { title: mine.title.trim(), address, body: mine.body },
    { title: seen.title, address: seen.address, body },
    { title: theirs.title, address: theirs.address, body: theirs.body },
  );
}

/** Lower-case letters, digits and hyphens of a title; at most 80 characters; `article` when nothing is left. */
export const articleAddress = (title: string): string => addressFrom(title, 80, 'article');

/** A sentence for each field that cannot be kept as it is; undefined when all can. One rule for what is saved and for what keeps itself. */
export function articleFault(
  { title, body }: Pick<ArticleInput, 'title' | 'body'>,
  messages: Messages,
  { mayBeUntitled }: { readonly mayBeUntitled: boolean },
): Readonly<Record<string, string>> | undefined {
  const fields = {
    ...(title === '' && !mayBeUntitled && { title: messages.text('form.title-empty') }),
    ...(title.length > titleLimit && { title: messages.text('form.title-too-long', { limit: titleLimit }) }),
    ...(body.length > bodyLimit && { body: messages.text('form.body-too-long', { limit: bodyLimit }) }),
  };
  return Object.keys(fields).length > 0 ? fields : undefined;
}
