import type { Event, Person, RoleName, ServiceToken } from '@portico/core';
import { serviceToken } from '@portico/core';

/** A role that every portal has. `Administrator` has every permission; everybody is a `Guest`. */
export type BuiltInRole = 'Administrator' | 'Operator' | 'Site Administrator' | 'Author' | 'Member' | 'Guest';

/** A role, or one that somebody made. */
export interface Role {
  /** Stays when the name changes; the last part of the address of the role's page. */
  readonly id: string;
  /** In the one spelling that assignments use. Names that differ in case or accents only are one. */
  readonly name: RoleName;
  /** What it is for, as whoever made it wrote; empty of those that every portal has. */
  readonly description: string;
  readonly isBuiltIn: boolean;
  /** Where it can be given: those that somebody made both on the instance and within a site, `Guest` nowhere. */
  readonly places: readonly ('instance' | 'site')[];
}

/** All roles. Memory reads. */
export interface Roles {
  /** Those that every portal has, the mightiest first, then those that somebody made, by name. */
  all(): readonly Role[];
  /** By its name, however that is spelled. */
  byName(name: string): Role | undefined;
  readonly onDidChange: Event<void>;
}
export const Roles: ServiceToken<Roles> = serviceToken('identity.roles');

/** People who have roles together. Nobody but people is in a group: not another group. */
export interface Group {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  /** Roles on the whole instance that everybody in the group has. */
  readonly roles: readonly RoleName[];
  /** Roles per site id that everybody in the group has. */
  readonly siteRoles: Readonly<Record<string, readonly RoleName[]>>;
}

/** A person as administrators see them. */
export interface Account extends Person {
  readonly kind: 'person';
  /** Disabled accounts cannot sign in; their sessions ended when they were disabled. */
  readonly active: boolean;
  /** The password was given by somebody else: the next sign-in asks for a new one. */
  readonly mustChangePassword: boolean;
  readonly createdAt: Date;
  /** Roles in force on the whole instance: the person's own and those of their groups. */
  readonly roles: readonly RoleName[];
  /** Roles in force per site id: the person's own and those of their groups. */
  readonly siteRoles: Readonly<Record<string, readonly RoleName[]>>;
  /** Roles on the whole instance that were given to this very person: what can be taken from them. */
  readonly ownRoles: readonly RoleName[];
  /** Roles per site id that were given to this very person. */
  readonly ownSiteRoles: Readonly<Record<string, readonly RoleName[]>>;
  /** Ids of the groups that the person is in. */
  readonly groups: readonly string[];
}

export interface NewAccount {
  readonly email: string;
  readonly name: string;
  /** At least 12 characters. */
  readonly password: string;
  /** True when the password is somebody else's choice and good for one sign-in only. Default false. */
  readonly mustChangePassword?: boolean;
}

/**
 * People and their roles. Reads are memory reads; changes are durable and in force when the promise resolves.
 * @throws PortalError from every change: `not-found` (404) for an unknown person, `last-administrator` (409) when nobody
 * who may do everything would be left.
 */
export interface People {
  byId(id: string): Account | undefined;
  byEmail(email: string): Account | undefined;
  /** A person or a service account: whoever made or did something. */
  principal(id: string): Person | undefined;
  /** @throws PortalError `invalid-input` (400) with fields; `email-taken` (409). */
  add(account: NewAccount): Promise<Account>;
  rename(personId: string, name: string): Promise<void>;
  /**
   * Grants a role, on the instance or, with a site id, within a site. Granting twice is no error. The name may be spelled in any case.
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
