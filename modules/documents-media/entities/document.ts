import { Column, Entity, PrimaryColumn } from '@portico/core';
import { foldText } from '@portico/core/util';

/** A document with the facts of its current version, so that a page, a list or a download reads one row. */
@Entity('documents_media_document')
export class DocumentEntity {
  /** Id of the document: a UUIDv7, so that ids sort by time. */
  @PrimaryColumn('text')
  id!: string;

  /** Id of the site that the document belongs to. */
  @Column('text', { name: 'site_id' })
  siteId!: string;

  /** Id of the folder that holds the document; `rootFolder` for the first level of the site. */
  @Column('text', { name: 'folder_id' })
  folderId!: string;

  /** File name as people see it; no two in a folder have the same key. */
  @Column('text')
  name!: string;

  /** File name as it is compared and sorted. */
  @Column('text', { name: 'name_key' })
  nameKey!: string;

  /** Name and alternative text as searches compare them: `searchText`. */
  @Column('text', { name: 'search_text' })
  searchText!: string;

  /** Alternative text of a picture; empty while nobody wrote one. */
  @Column('text', { name: 'alt_text' })
  altText!: string;

  /** Whether the alternative text was proposed by a machine and no person has read it yet. */
  @Column('boolean', { name: 'alt_text_drafted' })
  altTextDrafted!: boolean;

  /** Idempotency key of the request that created this document; unique per site. Null when the request had none. */
  @Column('text', { name: 'idempotency_key', nullable: true })
  idempotencyKey!: string | null;

  /** Label of the current version, whose facts the fields below repeat. */
  @Column('text')
  version!: string;

  /** Id of the blob that holds the file of the current version. */
  @Column('text', { name: 'blob_id' })
  blobId!: string;

  /** SHA-256 of that file, lower-case hex. */
  @Column('text')
  sha256!: string;

  /** Size of that file in bytes. */
  @Column('integer')
  size!: number;

  /** Type of that file as its content says. */
  @Column('text', { name: 'mime_type' })
  mimeType!: string;

  /** Charset of a text; null where not every byte of it is known to be of it. */
  @Column('text', { nullable: true })
  charset!: string | null;

  /** Width in pixels; null for what is no picture. */
  @Column('integer', { nullable: true })
  width!: number | null;

  /** Height in pixels; null for what is no picture. */
  @Column('integer', { nullable: true })
  height!: number | null;

  /** Kind of the file, in an index of its own: lists of pictures alone must not walk past other files. */
  @Column('text')
  kind!: 'image' | 'file';

  /** JSON of what modules keep with the document, by kind. */
  @Column('text', { nullable: true })
  metadata!: string | null;

  /** The kinds in `metadata`, with a blank before and after each, so that a list can ask for one. */
  @Column('text', { name: 'metadata_kinds', nullable: true })
  metadataKinds!: string | null;

  /** Rules by which the words of `metadata` were found: `wordRules` of that time. */
  @Column('integer', { name: 'word_rules' })
  wordRules!: number;

  /** Rule that the document has of its own; empty where it has its folder's. */
  @Column('text', { name: 'own_rule_id' })
  ownRuleId!: string;

  /** Rule in force: its own, else that of the folders it lies in, else empty. Whoever changes one of these writes it into all that is below. */
  @Column('text', { name: 'rule_id' })
  ruleId!: string;

  /** Id of the person who added the document. */
  @Column('text', { name: 'created_by' })
  createdBy!: string;

  /** Time at which the document was added, in milliseconds since 1970. */
  @Column('integer', { name: 'created_at' })
  createdAt!: number;

  /** Time of the last change of the file or of what is said about it, in milliseconds since 1970. */
  @Column('integer', { name: 'modified_at' })
  modifiedAt!: number;
}

/** What searches look in: the name, and the alternative text of a picture, folded. */
export function searchText(name: string, altText = ''): string {
  return foldText(`${name} ${altText}`);
}
