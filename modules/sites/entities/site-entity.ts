import { Column, Entity, PrimaryColumn } from '@portico/core';

/** A site: what has pages, documents and members of its own below one address. */
@Entity('sites_site')
export class SiteEntity {
  @PrimaryColumn('text')
  id!: string;

  /** Friendly address of the site, `/web/<address>`; unique in the portal. */
  @Column('text', { unique: true })
  address!: string;

  @Column('text')
  name!: string;

  /** Time at which the site was added, in ISO 8601. */
  @Column('text', { name: 'created_at' })
  createdAt!: string;
}
