import { Column, Entity, Index, PrimaryColumn } from '@portico/core';

@Entity('identity_person')
@Index('identity_person_list', ['email', 'name', 'id'])
export class PersonEntity {
  @PrimaryColumn('text')
  id!: string;

  /** Lower case. */
  @Column('text', { unique: true })
  email!: string;

  @Column('text')
  name!: string;

  @Column('text', { name: 'password_hash' })
  passwordHash!: string;

  @Column('boolean')
  active!: boolean;

  @Column('boolean', { name: 'must_change_password' })
  mustChangePassword!: boolean;

  /** ISO 8601. */
  @Column('text', { name: 'created_at' })
  createdAt!: string;
}
