import { AsyncLocalStorage } from 'node:async_hooks';
import {
  type AccessContext,
  type AccessContexts,
  type AccessControl,
  type ApiCaller,
  type ApiTokenFacts,
  type Audience,
  type AuditVia,
  instanceScope,
  type Messages,
  type PermissionId,
  type Person,
  type PersonDirectory,
  PortalError,
  type Scope,
  type ServiceHandle,
  type Site,
  type SiteDirectory,
  type TypedAccess,
} from '../api/index.js';
import { Languages } from './languages.js';

const systemPerson: Person = Object.freeze({ id: 'system', kind: 'system', email: '', name: 'Portico' });
const defaultLocale = 'en';

/** Makes frozen access contexts; every question they answer is a memory read of the access control of that moment. */
export class HostAccessContexts implements Omit<AccessContexts, 'named'> {
  private readonly scopes = new WeakMap<Site, Scope>();

  constructor(
    private readonly accessControl: ServiceHandle<AccessControl>,
    private readonly languages: Languages = new Languages(),
  ) {}

  for(person: Person | undefined, site?: Site, locale: string = this.languages.of(person, site)): AccessContext {
    const timeZone = this.languages.timeZoneOf(person, site);
    return new PersonAccess(this.accessControl, person, site, this.scopeOf(site), { locale, timeZone });
  }

  /** What the person may, as far as the token reaches. */
  forCaller({ id, name, person, scopes }: ApiCaller, site: Site | undefined, locale: string): AccessContext {
    return new TokenAccess(this.for(person, site, locale), Object.freeze({ id, name }), scopes);
  }

  system(site?: Site): AccessContext {
    return new SystemAccess(site, this.scopeOf(site));
  }

  private scopeOf(site: Site | undefined): Scope {
    if (!site) return instanceScope;
    let scope = this.scopes.get(site);
    if (!scope) {
      scope = Object.freeze({ kind: 'site', siteId: site.id });
      this.scopes.set(site, scope);
    }
    return scope;
  }
}

/** The same for modules, which are told of people and sites by what somebody typed; commands speak English. */
export class NamedAccessContexts extends HostAccessContexts implements AccessContexts {
  constructor(
    accessControl: ServiceHandle<AccessControl>,
    private readonly sites: ServiceHandle<SiteDirectory>,
    private readonly people: ServiceHandle<PersonDirectory>,
    private readonly messages: Messages,
    languages?: Languages,
  ) {
    super(accessControl, languages);
  }

  named(typed: TypedAccess): AccessContext {
    const site = typed.site === undefined ? undefined : this.siteAt(String(typed.site));
    return typed.person === undefined ? this.system(site) : this.for(this.personWith(String(typed.person)), site, defaultLocale);
  }

  private siteAt(address: string): Site {
    const site = this.sites.get()?.byAddress(address);
    if (!site) throw missing(this.messages.text('access.unknown-site', { site: address }));
    return site;
  }

  private personWith(email: string): Person {
    const people = this.people.get();
    if (!people) throw missing(this.messages.text('access.people-missing'));
    const person = people.byEmail(email);
    if (!person) throw missing(this.messages.text('access.unknown-person', { person: email }));
    return person;
  }
}

const missing = (sentence: string): PortalError => new PortalError('not-found', sentence, { status: 404 });

class PersonAccess implements AccessContext {
  readonly locale: string;
  readonly timeZone: string;
  readonly #accessControl: ServiceHandle<AccessControl>;

  constructor(
    accessControl: ServiceHandle<AccessControl>,
    readonly person: Person | undefined,
    readonly site: Site | undefined,
    readonly scope: Scope,
    { locale, timeZone }: Required<Pick<AccessContext, 'locale' | 'timeZone'>>,
  ) {
    this.#accessControl = accessControl;
    this.locale = locale;
    this.timeZone = timeZone;
    Object.freeze(this);
  }

  can(permission: PermissionId): boolean {
    return this.#accessControl.get()?.can(this.person, permission, this.scope) ?? false;
  }

  isAmong(audience: Audience): boolean {
    return this.#accessControl.get()?.isAmong(this.person, audience, this.scope) ?? audience.visibleTo === 'everyone';
  }
}

class TokenAccess implements AccessContext {
  readonly person: Person | undefined;
  readonly site: Site | undefined;
  readonly scope: Scope;
  readonly locale: string;
  readonly timeZone: string;
  readonly #whole: AccessContext;
  readonly #scopes: ReadonlySet<PermissionId> | undefined;

  constructor(
    whole: AccessContext,
    readonly token: ApiTokenFacts,
    scopes: ReadonlySet<PermissionId> | undefined,
  ) {
    ({ person: this.person, site: this.site, scope: this.scope, locale: this.locale } = whole);
    this.timeZone = whole.timeZone ?? 'UTC';
    this.#whole = whole;
    this.#scopes = scopes;
    Object.freeze(this);
  }

  can(permission: PermissionId): boolean {
    return this.#reaches(permission) && this.#whole.can(permission);
  }

  isAmong(audience: Audience): boolean {
    return this.#whole.isAmong(audience);
  }

  outOfScope(permission: PermissionId): boolean {
    return !this.#reaches(permission) && this.#whole.can(permission);
  }

  #reaches(permission: PermissionId): boolean {
    return this.#scopes?.has(permission) ?? true;
  }
}

class SystemAccess implements AccessContext {
  readonly person = systemPerson;
  readonly locale = defaultLocale;

  constructor(
    readonly site: Site | undefined,
    readonly scope: Scope,
  ) {
    Object.freeze(this);
  }

  can(): boolean {
    return true;
  }

  isAmong(): boolean {
    return true;
  }
}

/** Who acts now, and from where: of a request, or of a command. Asked anew each time, because a request does not know its person from the beginning. */
export interface Acting {
  readonly via: AuditVia;
  person(): Person | undefined;
  /** The API token that stands for the person. */
  token?(): ApiTokenFacts | undefined;
  /** In which language this one reads; undefined: English. */
  locale?(): string | undefined;
  /** Of the client, through the proxies that are trusted. */
  address?(): string | undefined;
  /** Id of the request in the logs of this portal and of what is in front of it. */
  readonly requestId?: string;
}

const acting = new AsyncLocalStorage<Acting>();

/** Runs work in somebody's name: what it writes into the audit log says so, unless it says itself whose it is. */
export function actAs<T>(who: Acting, work: () => T): T {
  return acting.run(who, work);
}

/** Who acts now; undefined for what the portal does by itself. */
export function currentlyActing(): Acting | undefined {
  return acting.getStore();
}
