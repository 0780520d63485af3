import { Column, Entity, PrimaryColumn } from '@portico/core';

/** What somebody decided about the name and the logo of a place. No row: nothing. */
@Entity('sites_brand')
export class BrandEntity {
  /** `instance`, or the id of a site. */
  @PrimaryColumn('text')
  scope!: string;

  /** Name of the portal; null: its product's name. Always null for a site, whose name is that of the site. */
  @Column('text', { nullable: true })
  name!: string | null;

  /** Id of the blob with the logo, a PNG; null: none of its own. */
  @Column('text', { name: 'logo_blob', nullable: true })
  logoBlob!: string | null;

  /** SHA-256 of the logo, lower-case hex; null without one. */
  @Column('text', { name: 'logo_sha256', nullable: true })
  logoSha256!: string | null;

  /** Bytes of the logo; null without one. */
  @Column('integer', { name: 'logo_size', nullable: true })
  logoSize!: number | null;

  /** Pixels from left to right; null without a logo. */
  @Column('integer', { name: 'logo_width', nullable: true })
  logoWidth!: number | null;

  /** Pixels from top to bottom; null without a logo. */
  @Column('integer', { name: 'logo_height', nullable: true })
  logoHeight!: number | null;
}
