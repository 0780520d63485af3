import { type Audience, Column, Entity, PrimaryColumn, type Site } from '@portico/core';
import { cutText, foldText } from '@portico/core/util';

export type SiteState = 'active' | 'archived' | 'deleted' | 'erasing';

/** A site: what has pages, documents and members of its own below one address. */
@Entity('sites_site')
export class SiteEntity {
  /** Id of the site: a UUIDv7, which other modules keep. */
  @PrimaryColumn('text')
  id!: string;

  /** Friendly address of the site, `/web/<address>`; unique in the portal. */
  @Column('text', { unique: true })
  address!: string;

  /** Name of the site, as people see it; two sites may have the same. */
  @Column('text')
  name!: string;

  /** Name as lists sort by it: `nameSortKey`. */
  @Column('text', { name: 'name_key' })
  nameKey!: string;

  /** Name as searches compare it: `foldText`. */
  @Column('text', { name: 'search_text' })
  searchText!: string;

  /** To whom the site is visible: `everyone`, `signed-in`, `members` or `roles`. */
  @Column('text', { name: 'visible_to' })
  visibleTo!: Audience['visibleTo'];

  /** JSON list of the names of the roles that it is visible to; empty unless it says `roles`. */
  @Column('text', { name: 'visible_roles' })
  visibleRoles!: string;

  /** Whether people use it (`active`), only read it (`archived`), cannot get there (`deleted`, in the trash), or it is being erased (`erasing`). */
  @Column('text')
  state!: SiteState;

  /** Time since which it is in that state, in milliseconds since 1970; null: since it was added. */
  @Column('bigint', { name: 'state_since', nullable: true })
  stateSince!: number | null;

  /** Time at which the site was added, in ISO 8601. */
  @Column('text', { name: 'created_at' })
  createdAt!: string;
}

/** What a site is, without what lists sort and search by. */
export type SiteFacts = Pick<SiteEntity, 'id' | 'address' | 'name' | 'visibleTo' | 'visibleRoles' | 'state' | 'stateSince'>;

export function siteOf({ id, address, name, visibleTo, visibleRoles, state }: SiteFacts): Site {
  const audience: Audience | undefined =
    visibleTo === 'everyone' ? undefined : Object.freeze({ visibleTo, roles: JSON.parse(visibleRoles) as string[] });
  return Object.freeze({ id, address, name, ...(audience && { audience }), ...(state === 'archived' && { isArchived: true }) });
}

/** What `nameKey` held before numbers were sorted by what they count: for the migrations to and from that, so it stays as it is. */
export function siteNameKey(name: string): string {
  return cutText(foldText(name), 200);
}
