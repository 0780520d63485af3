import type { Event, Person, ServiceToken } from '@portico/core';
import { serviceToken } from '@portico/core';

/** Every role there is. `Administrator` has every permission; everybody is a `Guest`. */
export type RoleName = 'Administrator' | 'Operator' | 'Site Administrator' | 'Author' | 'Member' | 'Guest';

/** A person as administrators see them. */
export interface Account extends Person {
  readonly kind: 'person';
  /** Disabled accounts cannot sign in; their sessions ended when they were disabled. */
  readonly active: boolean;
  /** The password was given by somebody else: the next sign-in asks for a new one. */
  readonly mustChangePassword: boolean;
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
  /** True when the password is somebody else's choice and good for one sign-in only. Default false. */
  readonly mustChangePassword?: boolean;
}

/** Roles that are granted on the whole instance. */
export const instanceRoles: readonly RoleName[] = ['Administrator', 'Operator'];

/** Roles that are granted within one site, and have force there only. `Guest` is granted to nobody: everybody is one. */
export const siteRoles: readonly RoleName[] = ['Site Administrator', 'Author', 'Member'];

/**
 * People and their roles. Reads are memory reads; changes are durable and in force when the promise resolves.
 * @throws PortalError from every change: `not-found` (404) for an unknown person, `last-administrator` (409) when nobody
 * who may do everything would be left.
 */
export interface People {
  byId(id: string): Account | undefined;
  byEmail(email: string): Account | undefined;
  /** @throws PortalError `invalid-input` (400) with fields; `email-taken` (409). */
  add(account: NewAccount): Promise<Account>;
  rename(personId: string, name: string): Promise<void>;
  /**
   * Grants a role: instance roles without, site roles with a site id. Granting twice is no error.
   * @throws PortalError `invalid-input` (400) for a role that does not exist there.
   */
  grant(personId: string, role: RoleName, siteId?: string): Promise<void>;
  revoke(personId: string, role: RoleName, siteId?: string): Promise<void>;
  /** Disabling ends the person's sessions at once. */
  setActive(personId: string, active: boolean): Promise<void>;
  /** Ends all sessions of the person at once. @throws PortalError `invalid-input` (400). */
  setPassword(personId: string, password: string, options?: { readonly mustChangePassword?: boolean }): Promise<void>;
  readonly onDidChange: Event<void>;
}
export const People: ServiceToken<People> = serviceToken('identity.people');
export type { IdentityErrorCode } from './error-codes.js';
export * from './external-sign-in.js';
