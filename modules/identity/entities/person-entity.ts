import { Column, Entity, Index, PrimaryColumn } from '@portico/core';
import { cutText, foldText } from '@portico/core/util';

/**
 * A person who can sign in, with what is needed to check a password. Roles stand in `RoleAssignmentEntity`; while a person is not active,
 * none of them is in force.
 */
@Entity('identity_person')
@Index('identity_person_list', ['email', 'id', 'searchText'])
@Index('identity_person_by_name', ['nameKey', 'id', 'searchText'])
export class PersonEntity {
  /** Id of the person: a UUIDv7. It stays when the address changes, and other modules keep it. */
  @PrimaryColumn('text')
  id!: string;

  /** Email address with which the person signs in, in lower case; unique in the portal. */
  @Column('text', { unique: true })
  email!: string;

  /** Name as others see it. */
  @Column('text')
  name!: string;

  /** Name as lists sort by it: `nameSortKey`. */
  @Column('text', { name: 'name_key' })
  nameKey!: string;

  /** Email address and name as searches compare them: `personSearchText`. */
  @Column('text', { name: 'search_text' })
  searchText!: string;

  /** Hash of the password by argon2id, with its salt and parameters; the password is stored nowhere. */
  @Column('text', { name: 'password_hash' })
  passwordHash!: string;

  /** Whether the person may sign in. Setting it to false ends all sessions in the same transaction. */
  @Column('boolean')
  active!: boolean;

  /** Whether the next sign-in leads to a new password first: the present one was chosen by somebody else. */
  @Column('boolean', { name: 'must_change_password' })
  mustChangePassword!: boolean;

  /** Time from which that password is refused, in milliseconds since 1970. Null: the present one is the person's own. */
  @Column('integer', { name: 'one_time_until', nullable: true })
  oneTimeUntil!: number | null;

  /** Language that the person chose, as a BCP 47 tag; null: whatever the browser asks for. */
  @Column('text', { nullable: true })
  locale?: string | null;

  /** Zone that the person chose, an IANA name; null: that of the browser. */
  @Column('text', { name: 'time_zone', nullable: true })
  timeZone?: string | null;

  /** Time at which the person was added, in ISO 8601. */
  @Column('text', { name: 'created_at' })
  createdAt!: string;
}

/** What a search for people looks in. */
export function personSearchText(email: string, name: string): string {
  return foldText(`${email} ${name}`);
}

/** What `nameKey` held before numbers were sorted by what they count: for the migrations to and from that, so it stays as it is. */
export function personNameKey(name: string): string {
  return cutText(foldText(name), 200);
}
