import { Column, Entity, PrimaryColumn } from '@portico/core';
import { cutText, foldText, nameSortKey } from '@portico/core/util';

/** An article of a site: what its author works on, and what visitors read since it was last published. */
@Entity('web_content_article')
export class ArticleEntity {
  /** Id of the article: a UUIDv7, so that ids sort by time. */
  @PrimaryColumn('text')
  id!: string;

  /** Id of the site that the article belongs to. */
  @Column('text', { name: 'site_id' })
  siteId!: string;

  /** Title of the draft. */
  @Column('text')
  title!: string;

  /** Title of the draft as lists sort by it: `nameSortKey`. */
  @Column('text', { name: 'title_key' })
  titleKey!: string;

  /** Title of the draft as searches compare it: `foldText`. */
  @Column('text', { name: 'search_text' })
  searchText!: string;

  /** Last part of the article's address; unique in its site. */
  @Column('text')
  address!: string;

  /** HTML of the draft, cleaned before it was stored. */
  @Column('text')
  body!: string;

  /** Title that visitors read; null while the article is not published. */
  @Column('text', { name: 'published_title', nullable: true })
  publishedTitle!: string | null;

  /** HTML that visitors read, as it was cleaned; null while the article is not published. */
  @Column('text', { name: 'published_body', nullable: true })
  publishedBody!: string | null;

  /** Time since which visitors see the article, in milliseconds since 1970; null while they do not. Later changes do not move it. */
  @Column('integer', { name: 'published_at', nullable: true })
  publishedAt!: number | null;

  /** Id of the person who wrote the first draft. */
  @Column('text', { name: 'created_by' })
  createdBy!: string;

  /** Time of the first save, in milliseconds since 1970. */
  @Column('integer', { name: 'created_at' })
  createdAt!: number;

  /** Time of the last save of the draft, in milliseconds since 1970. */
  @Column('integer', { name: 'modified_at' })
  modifiedAt!: number;

  /** Number of the last save; it grows with each, so that two editors notice each other. */
  @Column('integer')
  revision!: number;

  /** Id of the form that the article was begun in, while it has only been kept by itself and nobody has saved it; null afterwards. */
  @Column('text', { name: 'begun_form', nullable: true })
  begunForm!: string | null;

  /** Id of the form that a saved article was made in: its idempotency key, unique in the site; null while it is only begun. */
  @Column('text', { name: 'created_form', nullable: true })
  createdForm!: string | null;
}

/** What lists sort a title by, and searches look in. */
export function titleColumns(title: string): Pick<ArticleEntity, 'title' | 'titleKey' | 'searchText'> {
  return { title, titleKey: nameSortKey(title), searchText: cutText(foldText(title), 300) };
}

/** What `titleKey` held before numbers were sorted by what they count: for the migrations to and from that, so it stays as it is. */
export function articleTitleKey(title: string): string {
  return cutText(foldText(title), 300);
}
