import { Column, Entity, Index, PrimaryColumn } from '@portico/core';

/** People who have roles together. Groups are flat: nobody but people is in one. */
@Entity('identity_group')
@Index('identity_group_list', ['sortKey', 'id', 'searchText'])
export class GroupEntity {
  /** Id of the group: a UUIDv7. It stays when the name changes. */
  @PrimaryColumn('text')
  id!: string;

  /** Name of the group, as people read it. */
  @Column('text')
  name!: string;

  /** Name as names of groups are compared: `foldText`. Unique. */
  @Column('text', { name: 'name_key', unique: true })
  nameKey!: string;

  /** Name as lists sort by it: `nameSortKey`. */
  @Column('text', { name: 'sort_key' })
  sortKey!: string;

  /** Sentence that says who is in the group; may be empty. */
  @Column('text')
  description!: string;

  /** Name and description as searches compare them: `foldText`. */
  @Column('text', { name: 'search_text' })
  searchText!: string;

  /** Time at which the group was made, in ISO 8601. */
  @Column('text', { name: 'created_at' })
  createdAt!: string;
}

/** A person in a group. */
@Entity('identity_group_member')
@Index('identity_group_member_person', ['personId', 'groupId'])
export class GroupMemberEntity {
  /** Id of the group. */
  @PrimaryColumn('text', { name: 'group_id' })
  groupId!: string;

  /** Id of the person who is in it. */
  @PrimaryColumn('text', { name: 'person_id' })
  personId!: string;
}

/** A role that everybody in a group has, on the instance or in one site. */
@Entity('identity_group_role')
@Index('identity_group_role_site', ['siteId', 'groupId', 'role'])
export class GroupRoleEntity {
  /** Id of the group that has the role. */
  @PrimaryColumn('text', { name: 'group_id' })
  groupId!: string;

  /** Site in which the group has the role; empty for the instance, because a part of a primary key cannot be null. */
  @PrimaryColumn('text', { name: 'site_id' })
  siteId!: string;

  /** Name of the role, as the role catalog has it. */
  @PrimaryColumn('text')
  role!: string;
}
