import { Column, Entity, Index, PrimaryColumn } from '@portico/core';

/** What a link of a mail is for: a new password, the first password of who was invited, or another email address. */
export type LinkPurpose = 'password' | 'invitation' | 'email';

/**
 * A link that was sent by mail. The token of it is in the mail only; the row has its hash. Reading the page it leads to changes nothing: the form on
 * that page deletes the row in the transaction of what it does, so that each works once.
 */
@Entity('identity_account_link')
export class AccountLinkEntity {
  /** SHA-256 of the token in the link, lower-case hex. */
  @PrimaryColumn('text', { name: 'token_hash' })
  tokenHash!: string;

  /** Id of the person whose account it is. */
  @Index('identity_account_link_person')
  @Column('text', { name: 'person_id' })
  personId!: string;

  /** What it is for: `password`, `invitation` or `email`. */
  @Column('text')
  purpose!: LinkPurpose;

  /** The address that it was sent to; of purpose `email` the one that the account gets. */
  @Column('text')
  email!: string;

  /** Time at which it was made, in milliseconds since 1970. */
  @Column('integer', { name: 'created_at' })
  createdAt!: number;

  /** Time from which it is refused, in milliseconds since 1970. */
  @Column('integer', { name: 'expires_at' })
  expiresAt!: number;
}
