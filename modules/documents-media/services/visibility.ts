import {
  type AccessContext,
  AccessControl,
  type Audience,
  inject,
  injectable,
  optional,
  PortalError,
  type RoutePermission,
  type ServiceHandle,
  type Site,
  type SqlValue,
} from '@portico/core';
import { audienceCovers, everyone, scopeRefusal } from '@portico/core/util';
import { DocumentPermissions } from '../api/documents.js';
import { noRule } from '../entities/rule.js';
import { siteFor } from './access.js';
import { permissionOfAction, type Rule, type RuleAction, Rules, type SiteRules } from './rules.js';

/** What somebody sees of the folders and documents of a site: the condition of every query that reads them for somebody. */
export interface Sight {
  /** The same for all who see the same, until a rule comes or goes. */
  readonly key: string;
  /** ` AND rule_id IN (…)`, or nothing for who sees everything. @param alias of the table, where the query has one. */
  sql(alias?: string): string;
  readonly values: readonly SqlValue[];
  sees(ruleId: string): boolean;
}

/** What somebody may do with something. */
export type Abilities = Readonly<Record<RuleAction, boolean>>;

/** A site, and what somebody sees in it. */
export interface SeenSite {
  readonly id: string;
  readonly site: Site;
  readonly sight: Sight;
}

/** What those see who see everything; also for counting what nobody is told of. */
export const everything: Sight = Object.freeze({ key: 'all', sql: () => '', values: [], sees: () => true });

/**
 * The one decision on who sees which folder and which document.
 *
 * A folder or a document has a rule of its own, or that of the folder it lies in, or none: then it is seen by whoever sees the site. The rule in force
 * stands in the row itself (`rule_id`), written for everything below when a folder gets another rule or is moved (`Permissions`). The rules of a site are
 * few, and kept in memory. So what a person sees is a set of rules, which memory knows, and each query has one condition on one column: lists, counts,
 * searches, the selector, files, versions and names that are taken read nothing that the person may not see, and nothing is cut out of a page afterwards.
 *
 * It fails closed: a rule that memory does not know (yet) is seen by nobody, except by those who see everything, which are the portal itself and who
 * holds _change permissions_ in the site: otherwise a folder could be locked away from everybody. A token sees what its person sees.
 *
 * What one does not see answers as what does not exist. Beyond that a rule says which roles may do less or more here than in the rest of the site.
 */
@injectable()
export class Visibility {
  private readonly sights = new WeakMap<SiteRules, Map<string, Sight>>();
  private last = 0;

  constructor(
    @inject(Rules) private readonly rules: Rules,
    @inject(optional(AccessControl)) private readonly accessControl: ServiceHandle<AccessControl>,
  ) {}

  /**
   * The site of the request and what the person sees there, when they hold a permission.
   * @throws PortalError `not-found` (404), `forbidden` (403), `insufficient-scope` (403).
   */
  enter(access: AccessContext, permission: string, what: 'document' | 'folder' = 'document'): SeenSite {
    const site = siteFor(access, permission, what);
    return { id: site.id, site, sight: this.sight(access, site) };
  }

  /**
   * The same for who wants to do something with a folder or a document: the permission in the site, or a rule that lets them do so with some of what is in
   * it. What it is done with is then asked about with `require`.
   */
  enterTo(access: AccessContext, action: RuleAction, what: 'document' | 'folder' = 'document'): SeenSite {
    const { site } = access;
    if (site && this.mayInPart(access, action)) return { id: site.id, site, sight: this.sight(access, site) };
    return this.enter(access, permissionOfAction[action], what);
  }

  /** Who may call a route that does something with what its address names. */
  routeTo(action: RuleAction): RoutePermission {
    return { permission: permissionOfAction[action], orInPart: (access) => this.mayInPart(access, action) };
  }

  /** Whether some rule of the site lets the person do what they may not do in the site as a whole. A token does no more than its person may everywhere. */
  private mayInPart(access: AccessContext, action: RuleAction): boolean {
    const { site, token } = access;
    if (!site || token || !access.can(DocumentPermissions.view)) return false;
    return [...this.rules.of(site.id).rules.values()].some(({ id }) => this.may(access, action, id));
  }

  /** Who asks, as far as they get with what has a rule: for what is offered in a folder. */
  here(access: AccessContext, ruleId: string): AccessContext {
    const { person, site, scope, locale, timeZone, token } = access;
    return Object.freeze({
      person,
      site,
      scope,
      locale,
      ...(timeZone !== undefined && { timeZone }),
      ...(token && { token }),
      can: (permission: string) => {
        const action = actionOfPermission.get(permission);
        return action ? this.may(access, action, ruleId) : access.can(permission);
      },
      isAmong: (audience: Audience) => access.isAmong(audience),
      outOfScope: (permission: string) => access.outOfScope?.(permission) ?? false,
    });
  }

  sight(access: AccessContext, site: Site): Sight {
    if (seesAll(access)) return everything;
    const known = this.rules.of(site.id);
    if (known.rules.size === 0) return nothingRuled;
    let who = access.isAmong(signedIn) ? 's' : ' ';
    if (access.isAmong(members)) who += 'm';
    for (const role of known.roles) who += access.isAmong({ visibleTo: 'roles', roles: [role] }) ? '1' : '0';
    const sights = this.sights.get(known) ?? new Map<string, Sight>();
    let sight = sights.get(who);
    if (!sight) {
      this.last += 1;
      sight = sightOf(
        String(this.last),
        [...known.rules.values()].filter(({ audience }) => access.isAmong(audience)).map(({ id }) => id),
      );
      this.sights.set(known, sights.set(who, sight));
    }
    return sight;
  }

  rule(siteId: string, ruleId: string): Rule | undefined {
    return this.rules.of(siteId).rules.get(ruleId);
  }

  /** To whom something is visible by its rule in force, within its site. */
  audienceOf(site: Site, ruleId: string): Audience {
    return (ruleId === noRule ? site.audience : (this.rule(site.id, ruleId)?.audience ?? nobody)) ?? everyone;
  }

  isPublic(site: Site, ruleId: string): boolean {
    return !site.audience && this.audienceOf(site, ruleId).visibleTo === 'everyone';
  }

  /** To whom something is visible where that is not everybody who sees the site. */
  narrowed(site: Site, ruleId: string): Audience | undefined {
    if (ruleId === noRule) return undefined;
    const audience = this.rule(site.id, ruleId)?.audience;
    return audience && audienceCovers(audience, site.audience ?? everyone) ? undefined : (audience ?? nobody);
  }

  /** The same for the rules of the site of a request. */
  narrowedIn({ site }: AccessContext): (ruleId: string) => Audience | undefined {
    return (ruleId) => site && this.narrowed(site, ruleId);
  }

  /** Whether the person may do something with what has a rule; whether they see it is another question. */
  may(access: AccessContext, action: RuleAction, ruleId: string): boolean {
    const permission = permissionOfAction[action];
    const decided = access.site && this.rule(access.site.id, ruleId)?.permissions;
    if (!decided || Object.keys(decided).length === 0) return access.can(permission);
    // Who may change every rule of the site cannot be kept from changing one.
    if (action === 'change-permissions' && access.can(permission)) return true;
    const before = this.accessControl.get()?.rolesWith(permission) ?? [];
    const roles = [
      ...before.filter((role) => decided[role]?.[action] !== false),
      ...Object.keys(decided).filter((role) => decided[role]?.[action] === true),
    ];
    return (access.token === undefined || access.can(permission)) && access.isAmong({ visibleTo: 'roles', roles });
  }

  /** @throws PortalError `forbidden` (403), `insufficient-scope` (403). */
  require(access: AccessContext, action: RuleAction, ruleId: string): void {
    if (this.may(access, action, ruleId)) return;
    const refusal = scopeRefusal(access, permissionOfAction[action]);
    if (refusal) throw refusal;
    throw refused();
  }

  /**
   * Moving brings something under another rule. Who moves it gets no right over it that they do not have where it is: what a folder keeps from being
   * deleted is not carried out of it first.
   * @throws PortalError `forbidden` (403).
   */
  requireNoMore(access: AccessContext, from: string, to: string): void {
    const more = (['delete', 'change-permissions'] as const).filter((action) => this.may(access, action, to));
    for (const action of more) this.require(access, action, from);
  }

  /** What the person may do with what has a rule. */
  abilities(access: AccessContext, ruleId: string): Abilities {
    return {
      add: this.may(access, 'add', ruleId),
      update: this.may(access, 'update', ruleId),
      delete: this.may(access, 'delete', ruleId),
      'change-permissions': this.may(access, 'change-permissions', ruleId),
    };
  }
}

/** What a rule can decide about a permission. */
export const actionOfPermission: ReadonlyMap<string, RuleAction> = new Map(
  Object.entries(permissionOfAction).map(([action, permission]) => [permission, action as RuleAction]),
);

/** What they see who see a site in which nothing has a rule. */
const nothingRuled = sightOf('none', []);
const signedIn: Audience = { visibleTo: 'signed-in', roles: [] };
/** What a rule says that is not known. */
const nobody: Audience = { visibleTo: 'roles', roles: [] };
const members: Audience = { visibleTo: 'members', roles: [] };

/** A token sees what its person sees: only doing is narrowed by its scopes. */
function seesAll(access: AccessContext): boolean {
  const { changePermissions } = DocumentPermissions;
  return access.can(changePermissions) || (access.outOfScope?.(changePermissions) ?? false);
}

export function refused(): PortalError {
  return new PortalError('forbidden', 'You may not do this here. Ask the administrator of the site.', { status: 403 });
}

function sightOf(key: string, ruleIds: readonly string[]): Sight {
  const values = Object.freeze([noRule, ...ruleIds]);
  const seen = new Set(values);
  const list = `rule_id IN (${values.map(() => '?').join(', ')})`;
  const plain = ` AND ${list}`;
  return Object.freeze({
    key,
    values,
    sql: (alias?: string) => (alias === undefined ? plain : ` AND ${alias}.${list}`),
    sees: (ruleId: string) => seen.has(ruleId),
  });
}
