import { Column, Entity, PrimaryColumn } from '@portico/core';

/** The parent of what lies in the root of a site. Not NULL, so that the unique index covers the root as well. */
export const rootFolder = '';

/** A folder of a site. Only an empty one can be deleted. */
@Entity('documents_media_folder')
export class FolderEntity {
  /** Id of the folder: a UUIDv7, so that ids sort by time. */
  @PrimaryColumn('text')
  id!: string;

  /** Id of the site that the folder belongs to. */
  @Column('text', { name: 'site_id' })
  siteId!: string;

  /** Id of the folder that holds this one; `rootFolder` for the first level of the site. */
  @Column('text', { name: 'parent_id' })
  parentId!: string;

  /** Name of the folder, as people see it. */
  @Column('text')
  name!: string;

  /** Name as it is compared and sorted; unique in its parent. */
  @Column('text', { name: 'name_key' })
  nameKey!: string;

  /** Name as searches compare them: `searchText`. */
  @Column('text', { name: 'search_text' })
  searchText!: string;

  /** Rule that the folder has of its own; empty where it has its folder's. */
  @Column('text', { name: 'own_rule_id' })
  ownRuleId!: string;

  /** Rule in force: its own, else that of the folders it lies in, else empty. Whoever changes one of these writes it into all that is below. */
  @Column('text', { name: 'rule_id' })
  ruleId!: string;

  /** Id of the person who made the folder. */
  @Column('text', { name: 'created_by' })
  createdBy!: string;

  /** Time at which the folder was made, in milliseconds since 1970, as all times of the module. */
  @Column('integer', { name: 'created_at' })
  createdAt!: number;

  /** Time of the last change of the folder itself; what lies in it does not count. */
  @Column('integer', { name: 'modified_at' })
  modifiedAt!: number;
}
