import { Column, Entity, PrimaryColumn } from '@portico/core';

/** What one person wrote into the form of an article and has not saved; kept while they write, gone when they save or discard it. */
@Entity('web_content_draft')
export class DraftEntity {
  /** Id of the form that it was written in. */
  @PrimaryColumn('text')
  id!: string;

  /** Id of the article that is being changed. */
  @Column('text', { name: 'article_id' })
  articleId!: string;

  /** Id of the person who wrote it; nobody else reads it. */
  @Column('text', { name: 'person_id' })
  personId!: string;

  /** Title as it was typed. */
  @Column('text')
  title!: string;

  /** Last part of the address as it was typed; checked when the form is saved. */
  @Column('text')
  address!: string;

  /** HTML as it was typed, not cleaned: it is only ever shown as text of the form. */
  @Column('text')
  body!: string;

  /** Revision of the article that the form was made from. */
  @Column('integer')
  revision!: number;

  /** JSON of what the form showed before anything was typed. */
  @Column('text')
  seen!: string;

  /** Time of the last autosave, in milliseconds since 1970. */
  @Column('integer', { name: 'saved_at' })
  savedAt!: number;
}
