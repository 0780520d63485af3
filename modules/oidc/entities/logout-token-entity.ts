import { Column, Entity, PrimaryColumn } from '@portico/core';

/** A logout token that had its effect: the same one has none again. Kept as long as its provider would have it taken. */
@Entity('oidc_logout_token')
export class LogoutTokenEntity {
  /** SHA-256 of issuer and `jti`, lower-case hex. */
  @PrimaryColumn('text', { name: 'token_hash' })
  tokenHash!: string;

  /** Time from which it is refused by its age alone, in milliseconds since 1970. */
  @Column('integer', { name: 'expires_at' })
  expiresAt!: number;
}
