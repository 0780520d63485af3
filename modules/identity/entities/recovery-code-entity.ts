import { Column, Entity, PrimaryColumn } from '@portico/core';

/**
 * A recovery code, good for one sign-in in place of an authenticator app or a passkey. The code itself is shown once; the row has its hash. All
 * of a person's are made together and replaced together.
 */
@Entity('identity_recovery_code')
export class RecoveryCodeEntity {
  /** Id of the person whose code it is. */
  @PrimaryColumn('text', { name: 'person_id' })
  personId!: string;

  /** The first group of the code, by which its row is found; it proves nothing. */
  @PrimaryColumn('text')
  prefix!: string;

  /** Hash of the whole code by argon2id, with its salt and parameters. */
  @Column('text', { name: 'code_hash' })
  codeHash!: string;

  /** Time at which it was used, in milliseconds since 1970. Null: not yet. */
  @Column('integer', { name: 'used_at', nullable: true })
  usedAt!: number | null;
}
