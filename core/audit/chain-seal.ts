import { createHmac, randomBytes } from 'node:crypto';
import type { AuditRow } from './audit-row.js';

type Open = Pick<AuditRow, 'id' | 'at' | 'area' | 'scope' | 'action' | 'byId' | 'aboutId' | 'via' | 'requestId'>;
/** Who did it: goes when that person is anonymised. */
export type Who = Pick<AuditRow, 'byName' | 'address'>;
/** What was done to what: goes when the person whom it tells of is anonymised. */
export type What = Pick<AuditRow, 'subject' | 'attribute' | 'before' | 'after' | 'reason'>;
type Digests = Pick<AuditRow, 'whoDigest' | 'whatDigest'>;

export type Hashed = Open & Who & What & Pick<AuditRow, 'whoSalt' | 'whatSalt' | 'forgotten'> & Digests;

/**
 * What the hash of an entry is made of.
 *
 * Two groups of columns may be taken out later: who did it, and what it tells of a person. Each group enters the hash as a digest, over a
 * random salt and the values, which stays in the row. Taking the values out takes the salt out too, so that nobody finds them again by trying; `forgotten`
 * then proves that the portal did it. Everything else enters the hash as it is, together with the number of the entry and the hash before it. All of these
 * are keyed: who can write to the database and does not have the master key can make none of them.
 */
export class ChainSeal {
  constructor(private readonly key: Buffer) {}

  static salt(): string {
    return randomBytes(16).toString('base64url');
  }

  who(salt: string, { byName, address }: Who): string {
    return this.mac('who', salt, byName, address);
  }

  what(salt: string, { subject, attribute, before, after, reason }: What): string {
    return this.mac('what', salt, subject, attribute, before, after, reason);
  }

  entry(number: number, row: Open & Digests, previous: string): string {
    const { id, at, area, scope, action, byId, aboutId, via, requestId, whoDigest, whatDigest } = row;
    return this.mac('entry', number, id, at, area, scope, action, byId, aboutId, via, requestId, whoDigest, whatDigest, previous);
  }

  /** Proves which groups of an entry were taken out. */
  forgotten(hash: string, groups: { readonly who: boolean; readonly what: boolean }): string {
    return this.mac('forgotten', hash, groups.who, groups.what);
  }

  end(part: 'head' | 'start', number: number, hash: string): string {
    return this.mac(part, number, hash);
  }

  private mac(...parts: readonly (string | number | boolean | null)[]): string {
    return createHmac('sha256', this.key).update(JSON.stringify(parts)).digest('base64url');
  }
}
