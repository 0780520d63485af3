import type { Event } from './event.js';
import type { Reader, Transaction } from './persistence.js';
import { type ExtensionPoint, extensionPoint, type ServiceToken, serviceToken } from './tokens.js';

/** Where something applies: to the whole instance or to one site. */
export type Scope = { readonly kind: 'instance' } | { readonly kind: 'site'; readonly siteId: string };

export const instanceScope: Scope = Object.freeze({ kind: 'instance' });
export const siteScope = (siteId: string): Scope => ({ kind: 'site', siteId });

/**
 * A signed-in person; a service account, of a program that works for nobody in particular and nobody signs in with (`kind: 'service'`); or the portal
 * itself at work (`kind: 'system'`, e.g. the command line).
 */
export interface Person {
  /** UUIDv7; for the system the fixed id `system`. */
  readonly id: string;
  readonly kind: 'person' | 'service' | 'system';
  /** Empty of all but people. */
  readonly email: string;
  readonly name: string;
  /** The language that the person chose, BCP 47; undefined: whatever the browser asks for. */
  readonly locale?: string;
  /** The zone that the person chose, an IANA name; undefined: that of the browser. */
  readonly timeZone?: string;
}

export interface Site {
  /** UUIDv7. */
  readonly id: string;
  /** Friendly address: the site lives at `/web/<address>`. Lower case letters, digits, hyphens. */
  readonly address: string;
  readonly name: string;
  /** To whom the site is visible; for everybody else there is none at its address. Left out: to everyone. */
  readonly audience?: Audience;
  /** Of a site that can be read and not changed, and that no list has. */
  readonly isArchived?: true;
}

/** To whom something can be visible, the widest first. */
export const audienceKinds = ['everyone', 'signed-in', 'members', 'roles'] as const;

/**
 * To whom something is visible: to everyone, to who is signed in, to the members of the site (who have a role there, or one of a site on the whole
 * instance), or to who has one of some roles there. Administrators and the portal itself are always among them.
 */
export interface Audience {
  readonly visibleTo: (typeof audienceKinds)[number];
  /** Only of `roles`: their names, in the order of the alphabet. */
  readonly roles: readonly RoleName[];
}

/** `<module>.<verb>-<noun>`, e.g. `notes.add-note`. */
export type PermissionId = string;

/** The name of a role, as the module that keeps roles declares it in its API. */
export type RoleName = string;

/** A permission as its module declares it. Those who may do everything have it without being named. */
export interface Permission {
  readonly id: PermissionId;
  /** Message key of the name shown on the roles screen. */
  readonly label: string;
  /** Site permissions are granted within one site, instance permissions everywhere. */
  readonly scope: 'instance' | 'site';
  /** The roles that have it until somebody decides otherwise. One that there is not is an error of the contribution. */
  readonly defaultRoles: readonly RoleName[];
  /**
   * Of a permission with which somebody gets further than it seems, e.g. to more permissions, to secrets or to what the portal runs: the message key of
   * the sentence that says how. It stands beside the permission wherever it is given.
   */
  readonly powerful?: string;
}

/** Permissions that modules declare. Hosted by the module that knows people. */
export const Permissions: ExtensionPoint<Permission> = extensionPoint('portico.permissions', {
  requires: { id: 'text', label: 'text', scope: 'text', defaultRoles: 'list' },
});

/**
 * What a module keeps by the names of roles, e.g. to whom something is visible. Roles that somebody made get other names and go: whoever keeps a name
 * follows, in the transaction of the change. A name that stays behind means nobody, until a role gets it again.
 */
export interface RoleReference {
  /**
   * Where a role is named, in the language of who asks, as people know these places; at most twenty. They read it before they remove the role. Places
   * that they do not see are counted and not named: who decides about roles need not see what those see who have them.
   */
  usesOf(reader: Reader, role: RoleName, access: AccessContext): Promise<readonly string[]>;
  renamed(transaction: Transaction, before: RoleName, after: RoleName): Promise<void>;
  removed(transaction: Transaction, role: RoleName): Promise<void>;
}

/** What follows when roles change. Hosted by the module that knows people. */
export const RoleReferences: ExtensionPoint<RoleReference> = extensionPoint('portico.role-references', {
  requires: { usesOf: 'function', renamed: 'function', removed: 'function' },
});

/** An API token as everybody may see it. */
export interface ApiTokenFacts {
  readonly id: string;
  readonly name: string;
}

/** Whom an API token speaks for, and how far. */
export interface ApiCaller extends ApiTokenFacts {
  readonly person: Person;
  /** Never more than the person has: both are asked, each time. Left out of service accounts, whose roles say everything. */
  readonly scopes?: ReadonlySet<PermissionId>;
}

/** Who asks, and where: one frozen object per request, made before any handler runs. */
export interface AccessContext {
  readonly person: Person | undefined;
  /** The site of the request; undefined on instance pages. */
  readonly site: Site | undefined;
  readonly scope: Scope;
  /** BCP 47, e.g. `en`: the person's own, else what the browser asks for among the languages of the place, else the default of the place. */
  readonly locale: string;
  /** IANA name: the person's own zone, else that of the site, else of the instance. Default UTC. */
  readonly timeZone?: string;
  /** The API token that the request came with; `can` is then no wider than its scopes. */
  readonly token?: ApiTokenFacts;
  /** Whether the person has the permission in this scope. A memory read. Unknown permissions: false. */
  can(permission: PermissionId): boolean;
  /** Whether the person is among those to whom something of this scope is visible. A memory read. A token sees what its person sees. */
  isAmong(audience: Audience): boolean;
  /** Of a request with an API token: whether only its scopes are in the way of what its person may do. */
  outOfScope?(permission: PermissionId): boolean;
}

/** Who is who, and who may what. Provided by the module that knows people; without it everybody is a guest who may nothing. */
export interface AccessControl {
  /** Memory read. Guests pass undefined. */
  can(person: Person | undefined, permission: PermissionId, scope: Scope): boolean;
  /** The names of the roles the person has in a scope. */
  rolesOf(person: Person | undefined, scope: Scope): readonly RoleName[];
  /** Whether somebody is among those to whom something is visible in a scope. Memory read. Guests pass undefined. */
  isAmong(person: Person | undefined, audience: Audience, scope: Scope): boolean;
  /** The names of the roles that something can be visible to, the mightiest first; the one that everybody has is none of them. */
  audienceRoles(): readonly RoleName[];
  /** The names of the roles whose holders are among those to whom something of a site is visible, wherever they hold the role. */
  rolesAmong(audience: Audience): readonly RoleName[];
  /** The names of the roles that hold a permission. */
  rolesWith(permission: PermissionId): readonly RoleName[];
}
export const AccessControl: ServiceToken<AccessControl> = serviceToken('portico.access-control');

/** A session as the host sees it. */
export interface Session {
  readonly person: Person;
  /** Bound to the session; forms and scripts send it back with every change. */
  readonly csrfToken: string;
}

/** Finds the session of a request. Provided by the module that knows people. */
export interface Sessions {
  /** @param cookie the opaque token from the session cookie. A memory read; undefined when unknown or expired. */
  find(cookie: string): Session | undefined;
}
export const Sessions: ServiceToken<Sessions> = serviceToken('portico.sessions');

/** Remembers where people were. Provided by the module that knows people. */
export interface SiteVisits {
  /** Called for each request of a signed-in person to a site that they may make: it must cost next to nothing. */
  entered(person: Person, site: Site): void;
}
export const SiteVisits: ServiceToken<SiteVisits> = serviceToken('portico.site-visits');

/** Knows the people behind API tokens. Provided by the module that knows people. */
export interface ApiTokens {
  /**
   * @param address of the client: those who fail too often are slowed by it.
   * @throws PortalError `api-token-invalid` (401) when it is unknown, expired, revoked, or its person or service account is disabled;
   * `api-token-slowed` (429) after too many of these.
   */
  authenticate(token: string, address: string): Promise<ApiCaller>;
}
export const ApiTokens: ServiceToken<ApiTokens> = serviceToken('portico.api-tokens');

/** Sites in memory. Provided by the module that keeps sites. */
export interface SiteDirectory {
  byAddress(address: string): Site | undefined;
  byId(id: string): Site | undefined;
  /** All sites, by name, but those that are archived. */
  all(): readonly Site[];
  /** Sites in the trash, or about to be erased: nobody gets there, and modules still have their rows. */
  trashed(): readonly Site[];
  readonly onDidChange: Event<void>;
}
export const SiteDirectory: ServiceToken<SiteDirectory> = serviceToken('portico.site-directory');

/** People in memory, for what has to find somebody by address. Provided by the module that knows people. */
export interface PersonDirectory {
  byEmail(email: string): Person | undefined;
}
export const PersonDirectory: ServiceToken<PersonDirectory> = serviceToken('portico.person-directory');

/** Makes access contexts outside of a request: for commands, jobs and explanations. */
export interface AccessContexts {
  /** @param locale default: the person's own, else the default of the site or the instance. */
  for(person: Person | undefined, site?: Site, locale?: string): AccessContext;
  /** The portal itself: every permission, person id `system`. */
  system(site?: Site): AccessContext;
  /** Of whom and where somebody typed. @throws PortalError `not-found` (404) with a sentence for whoever typed. */
  named(typed: TypedAccess): AccessContext;
}

/** Who acts and where, as the options of a command say it. */
export interface TypedAccess {
  /** Email address; the portal itself when left out. */
  readonly person?: string | boolean | undefined;
  /** Friendly address of a site; the instance when left out. */
  readonly site?: string | boolean | undefined;
}
export const AccessContexts: ServiceToken<AccessContexts> = serviceToken('portico.access-contexts');
