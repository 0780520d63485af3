import { AuditLog, type AuditPerson, type AuditVia, inject, injectable, type Person, type Transaction } from '@portico/core';

/** What an entry is about. */
export type SecurityAttribute = 'authenticator-app' | 'passkey' | 'recovery-code' | 'second-factors' | 'sessions';

/** By what somebody showed who they are: stands in the entry of the sign-in. */
export type SignInMeans = 'password' | 'authenticator-app' | 'passkey' | 'recovery-code' | 'provider';

/** Something that happened to the ways on which a person signs in. */
export interface SecurityEntry {
  readonly attribute?: SecurityAttribute;
  /** As in the audit log: `set`, `removed`, `replaced`, `used`, `failed`, `refused`, `ended`. */
  readonly action: string;
  /** What more there is to tell; never a secret. */
  readonly after?: unknown;
  /** Default: the person. */
  readonly by?: AuditPerson;
  /** Default: the way on which the request or the command came. */
  readonly via?: AuditVia;
}

/** Writes the entries of the area `security` that tell of second factors and sessions, in the transaction of what they tell. */
@injectable()
export class SecurityEntries {
  constructor(@inject(AuditLog) private readonly audit: AuditLog) {}

  record(
    transaction: Transaction,
    { id, name, email }: Pick<Person, 'id' | 'name' | 'email'>,
    { attribute, action, after, by, via }: SecurityEntry,
  ): Promise<void> {
    return this.audit.record(transaction, {
      area: 'security',
      subject: email,
      about: id,
      ...(attribute && { attribute }),
      scope: 'instance',
      action,
      ...(after === undefined ? {} : { after }),
      by: by ?? { id, name: name || email },
      ...(via === undefined ? {} : { via }),
    });
  }
}
