import { Column, Entity, PrimaryColumn } from '@portico/core';

@Entity('sites_site')
export class SiteEntity {
  @PrimaryColumn('text')
  id!: string;

  /** The friendly address, `/web/<address>`. */
  @Column('text', { unique: true })
  address!: string;

  @Column('text')
  name!: string;

  /** ISO 8601. */
  @Column('text', { name: 'created_at' })
  createdAt!: string;
}
