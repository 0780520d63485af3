import { type Audience, Column, Entity, PrimaryColumn } from '@portico/core';

/** The rule of what follows the site alone. Not NULL, so that one condition on the column says who sees a row. */
export const noRule = '';

/**
 * Who may see a folder or a document, and what roles may do with it. A row never changes, and no two of a site say the same: what many folders have
 * in common is one row, so that a site has few of them and the portal keeps them all in memory.
 */
@Entity('documents_media_rule')
export class RuleEntity {
  /** Id of the rule: a UUIDv7. */
  @PrimaryColumn('text')
  id!: string;

  /** Id of the site that the rule belongs to. */
  @Column('text', { name: 'site_id' })
  siteId!: string;

  /** To whom it is visible: `everyone`, `signed-in`, `members` or `roles`. */
  @Column('text', { name: 'visible_to' })
  visibleTo!: Audience['visibleTo'];

  /** JSON list of the names of the roles that it is visible to, in the order of the alphabet; empty unless it says `roles`. */
  @Column('text', { name: 'visible_roles' })
  visibleRoles!: string;

  /** JSON: by the name of a role and an action, whether the role may do it here, where that is not what the role may anyway. */
  @Column('text')
  permissions!: string;
}
