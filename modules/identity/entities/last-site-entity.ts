import { Column, Entity, PrimaryColumn } from '@portico/core';

/** The site in which a person was last: where the next sign-in leads. Written now and then, not at each request. */
@Entity('identity_last_site')
export class LastSiteEntity {
  /** Id of the person. */
  @PrimaryColumn('text', { name: 'person_id' })
  personId!: string;

  /** Id of the site; of one that is no more or is not visible to the person, it counts for nothing. */
  @Column('text', { name: 'site_id' })
  siteId!: string;
}
