import { Column, Entity, PrimaryColumn } from '@portico/core';

/**
 * What the files of a site take, counted with every version that comes and goes, in the transaction of its rows, so that an upload does not add up all of
 * them. The versions are what is true; a count that differs from them is put right.
 */
@Entity('documents_media_site_storage')
export class SiteStorageEntity {
  /** Id of the site. */
  @PrimaryColumn('text', { name: 'site_id' })
  siteId!: string;

  /** Sum of the sizes of all versions of all documents of the site, in bytes. */
  @Column('bigint')
  bytes!: number;

  /** Number of times that the count changed: who adds up the versions sees by it whether some came or went meanwhile. */
  @Column('bigint')
  changes!: number;
}
