import {
  type AccessContext,
  type Criterion,
  type ExplainedStep,
  inject,
  injectable,
  Messages,
  optional,
  type Person,
  type RoleName,
  type ServiceHandle,
  type Site,
  SiteDirectory,
  siteScope,
} from '@portico/core';
import type { Account } from '../api/index.js';
import { Directory } from './directory.js';
import { LastSites } from './last-sites.js';
import { ofNoSite, RoleAccessControl } from './role-access-control.js';
import { RoleCatalog } from './role-catalog.js';

const mySites = '/my-sites';
/** Of the module `sites`. */
const viewSite = 'sites.view-site';
const home = '/web/home';

/**
 * The sites of somebody: those in which they, or a group of theirs, have a role, and which they see. Somebody with a role of a site on the whole instance has
 * it in all of them. All of it is memory reads.
 */
@injectable()
export class OwnSites {
  constructor(
    @inject(Directory) private readonly directory: Directory,
    @inject(RoleAccessControl) private readonly accessControl: RoleAccessControl,
    @inject(RoleCatalog) private readonly catalog: RoleCatalog,
    @inject(LastSites) private readonly lastSites: LastSites,
    @inject(optional(SiteDirectory)) private readonly sites: ServiceHandle<SiteDirectory>,
  ) {}

  /** By name. */
  of(person: Person | undefined): readonly Site[] {
    const account = this.accountOf(person);
    if (!account) return [];
    const all = this.sites.get()?.all() ?? [];
    const own = isMember(account.roles) ? all : all.filter(({ id }) => isMember(account.siteRoles[id] ?? []));
    return own.filter((site) => this.sees(account, site));
  }

  /** Whether there is one besides the site in which somebody is. */
  hasOther({ person, site }: AccessContext): boolean {
    const account = this.accountOf(person);
    const sites = this.sites.get();
    if (!account || !sites) return false;
    // As in `of`: what is archived stands in no list.
    const other = (each: Site | undefined): boolean =>
      each !== undefined && !each.isArchived && each.id !== site?.id && this.sees(account, each);
    if (isMember(account.roles)) return sites.all().some(other);
    return Object.entries(account.siteRoles).some(([id, roles]) => isMember(roles) && other(sites.byId(id)));
  }

  /** Sites that somebody sees, in which they have no role. By name. */
  others(person: Person): readonly Site[] {
    const own = new Set(this.of(person));
    return (this.sites.get()?.all() ?? []).filter((site) => !own.has(site) && this.sees(person, site));
  }

  /** All that somebody sees, whether they have a role there or not. By name. */
  seenBy(person: Person | undefined): readonly Site[] {
    return (this.sites.get()?.all() ?? []).filter((site) => this.sees(person, site));
  }

  /** The name of a site, as somebody reads it beside a role there: empty when they do not see it, undefined when there is none. */
  nameFor(person: Person | undefined, siteId: string): string | undefined {
    const site = this.sites.get()?.byId(siteId);
    return site && (this.sees(person, site) ? site.name : '');
  }

  /** The names of the roles that somebody has in a site. */
  rolesIn(person: Person, { id }: Site): readonly RoleName[] {
    return this.accessControl.rolesOf(person, siteScope(id)).filter((role) => !ofNoSite.has(role));
  }

  /**
   * Where somebody goes on who has signed in and named no place: to the site of theirs in which they were last, of those in which they can do more than read;
   * else to the first by name. Who has a role on the whole instance begins at the home site, and who has none at all on the page that says so.
   */
  addressFor(person: Person | undefined): string {
    const account = this.accountOf(person);
    if (!account || account.roles.includes('Administrator')) return this.home(account);
    const own = this.of(account);
    const active = own.filter((site) => this.canAct(account, site));
    const last = this.lastSites.of(account.id);
    const site = [active, own].map((sites) => sites.find(({ id }) => id === last) ?? sites[0]).find((each) => each !== undefined);
    if (site) return `/web/${site.address}`;
    return account.roles.length > 0 || !this.sites.get() ? this.home(account) : mySites;
  }

  private home(account: Account | undefined): string {
    const site = this.sites.get()?.byAddress('home');
    return !this.sites.get() || (site && this.sees(account, site)) ? home : '/';
  }

  private accountOf(person: Person | undefined): Account | undefined {
    const account = person && this.directory.byId(person.id);
    return account?.active ? account : undefined;
  }

  /** Whether its front page answers: it asks for more than to be among those to whom the site is visible. */
  private sees(person: Person | undefined, { id, audience }: Site): boolean {
    const scope = siteScope(id);
    const isVisible = audience === undefined || this.accessControl.isAmong(person, audience, scope);
    return isVisible && this.accessControl.can(person, viewSite, scope);
  }

  /** Whether somebody may do something there that not every member of a site may. */
  private canAct(account: Account, { id }: Site): boolean {
    return this.catalog
      .allGrants()
      .some(
        ({ permission, roles }) =>
          permission.scope === 'site' &&
          !roles.has('Guest') &&
          !roles.has('Member') &&
          this.accessControl.can(account, permission.id, siteScope(id)),
      );
  }
}

const isMember = (roles: readonly RoleName[]): boolean => roles.some((role) => !ofNoSite.has(role));

/** `member: 'elsewhere'`: whether somebody has a role in a site besides the one of the request. */
@injectable()
export class MemberCriterion implements Criterion {
  readonly key = 'member';

  constructor(
    @inject(OwnSites) private readonly ownSites: OwnSites,
    @inject(Messages) private readonly messages: Messages,
  ) {}

  holds(subject: string, access: AccessContext): boolean {
    return subject === 'elsewhere' && this.ownSites.hasOther(access);
  }

  explain(subject: string, access: AccessContext): ExplainedStep {
    const met = this.holds(subject, access);
    return {
      criterion: this.key,
      subject,
      met,
      reason: this.messages.text(met ? 'my-sites.elsewhere' : 'my-sites.nowhere-else', undefined, access.locale),
      changeableBy: this.messages.text('my-sites.changeable-by', undefined, access.locale),
    };
  }
}
