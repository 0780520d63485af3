import { Column, Entity, PrimaryColumn } from '@portico/core';

/** An article of a site: what its author works on, and what visitors read since it was last published. */
@Entity('web_content_article')
export class ArticleEntity {
  @PrimaryColumn('text')
  id!: string;

  @Column('text', { name: 'site_id' })
  siteId!: string;

  @Column('text')
  title!: string;

  /** Last part of the article's address, unique in its site. */
  @Column('text')
  address!: string;

  /** Cleaned HTML of the draft. */
  @Column('text')
  body!: string;

  @Column('text', { name: 'published_title', nullable: true })
  publishedTitle!: string | null;

  @Column('text', { name: 'published_body', nullable: true })
  publishedBody!: string | null;

  /** Milliseconds since 1970. */
  @Column('integer', { name: 'published_at', nullable: true })
  publishedAt!: number | null;

  @Column('text', { name: 'created_by' })
  createdBy!: string;

  @Column('integer', { name: 'created_at' })
  createdAt!: number;

  @Column('integer', { name: 'modified_at' })
  modifiedAt!: number;

  /** Grows with each save, so that two editors notice each other. */
  @Column('integer')
  revision!: number;
}
