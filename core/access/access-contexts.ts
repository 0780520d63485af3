import {
  type AccessContext,
  type AccessContexts,
  type AccessControl,
  instanceScope,
  type PermissionId,
  type Person,
  type Scope,
  type ServiceHandle,
  type Site,
} from '../api/index.js';

const systemPerson: Person = Object.freeze({ id: 'system', kind: 'system', email: '', name: 'Portico' });
const defaultLocale = 'en';

/** Makes frozen access contexts; every question they answer is a memory read of the access control of that moment. */
export class HostAccessContexts implements AccessContexts {
  private readonly scopes = new WeakMap<Site, Scope>();

  constructor(private readonly accessControl: ServiceHandle<AccessControl>) {}

  for(person: Person | undefined, site?: Site, locale: string = defaultLocale): AccessContext {
    return new PersonAccess(this.accessControl, person, site, this.scopeOf(site), locale);
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

class PersonAccess implements AccessContext {
  readonly #accessControl: ServiceHandle<AccessControl>;

  constructor(
    accessControl: ServiceHandle<AccessControl>,
    readonly person: Person | undefined,
    readonly site: Site | undefined,
    readonly scope: Scope,
    readonly locale: string,
  ) {
    this.#accessControl = accessControl;
    Object.freeze(this);
  }

  can(permission: PermissionId): boolean {
    return this.#accessControl.get()?.can(this.person, permission, this.scope) ?? false;
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
}
