import type { Event, Person, RoleName, ServiceToken } from '@portico/core';
import { serviceToken } from '@portico/core';

/** A person as administrators see them. */
export interface Account extends Person {
  readonly kind: 'person';
  /** Disabled accounts cannot sign in; their sessions ended when they were disabled. */
  readonly active: boolean;
  readonly createdAt: Date;
  /** Roles on the whole instance. */
  readonly roles: readonly RoleName[];
  /** Roles per site id. */
  readonly siteRoles: Readonly<Record<string, readonly RoleName[]>>;
}

export interface NewAccount {
  readonly email: string;
  readonly name: string;
  /** At least 12 characters. */
  readonly password: string;
}

/** People and their roles. Reads are memory reads; changes are durable and in force when the promise resolves. */
export interface People {
  byId(id: string): Account | undefined;
  byEmail(email: string): Account | undefined;
  /** @throws PortalError `invalid-input` (400) with fields; `email-taken` (409). */
  add(account: NewAccount): Promise<Account>;
  /** Grants a role: instance roles without, site roles with a site id. Granting twice is no error. */
  grant(personId: string, role: RoleName, siteId?: string): Promise<void>;
  revoke(personId: string, role: RoleName, siteId?: string): Promise<void>;
  readonly onDidChange: Event<void>;
}
export const People: ServiceToken<People> = serviceToken('identity.people');
