import {
  type AccessContext,
  AccessControl,
  type Activity,
  Announcements,
  type Audience,
  inject,
  injectable,
  type Lifetime,
  Log,
  optional,
  PortalError,
  type Reader,
  type RoleName,
  type ServiceHandle,
  type Site,
  type SqlValue,
  type Transaction,
  UnitOfWork,
} from '@portico/core';
import { everyone, scopeRefusal } from '@portico/core/util';
import { DocumentPermissions } from '../api/documents.js';
import { noRule, RuleEntity } from '../entities/rule.js';
import { siteFor } from './access.js';

/** What a rule can decide for a role otherwise than the role has it in the whole site. */
export const ruleActions = ['add', 'update', 'delete', 'change-permissions'] as const;
export type RuleAction = (typeof ruleActions)[number];

export const permissionOfAction: Readonly<Record<RuleAction, string>> = {
  add: DocumentPermissions.add,
  update: DocumentPermissions.update,
  delete: DocumentPermissions.delete,
  'change-permissions': DocumentPermissions.changePermissions,
};

/** By role and action what differs from what the role may anyway. */
export type RulePermissions = Readonly<Record<RoleName, Readonly<Partial<Record<RuleAction, boolean>>>>>;

/** Who may see something, and what roles may do with it. */
export interface Rule {
  readonly id: string;
  readonly siteId: string;
  readonly audience: Audience;
  readonly permissions: RulePermissions;
}

/** Told after a site got a rule or lost one; the key is the id of the site. */
const topic = 'documents-media.rules';

/** What somebody sees of the folders and documents of a site: the condition of every query that reads them for somebody. */
export interface Sight {
  /** The same for all who see the same, until a rule comes or goes. */
  readonly key: string;
  /** ` AND rule_id IN (…)`, or nothing for who sees everything. @param alias of the table, where the query has one. */
  sql(alias?: string): string;
  readonly values: readonly SqlValue[];
  sees(ruleId: string): boolean;
}

/** A site, and what somebody sees in it. */
export interface SeenSite {
  readonly id: string;
  readonly site: Site;
  readonly sight: Sight;
}

interface SiteRules {
  readonly rules: ReadonlyMap<string, Rule>;
  /** Roles that some rule names: with who has signed in and who is a member, all that a decision depends on. */
  readonly roles: readonly RoleName[];
  /** By who somebody is. */
  readonly sights: Map<string, Sight>;
}

const noRules: ReadonlyMap<string, Rule> = new Map();
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
export class Visibility implements Activity {
  private sites = new Map<string, SiteRules>();
  private last = 0;

  constructor(
    @inject(UnitOfWork) private readonly unitOfWork: UnitOfWork,
    @inject(Announcements) private readonly announcements: Announcements,
    @inject(optional(AccessControl)) private readonly accessControl: ServiceHandle<AccessControl>,
    @inject(Log) private readonly log: Log,
  ) {}

  async onStart(lifetime: Lifetime): Promise<void> {
    lifetime.add(this.announcements.on(topic, (siteId) => void this.load(siteId)));
    const rules = await this.read('', []);
    for (const siteId of new Set(rules.map((rule) => rule.siteId)))
      this.keep(
        siteId,
        rules.filter((rule) => rule.siteId === siteId),
      );
  }

  /**
   * The site of the request and what the person sees there, when they hold a permission.
   * @throws PortalError `not-found` (404), `forbidden` (403), `insufficient-scope` (403).
   */
  enter(access: AccessContext, permission: string, what: 'document' | 'folder' = 'document'): SeenSite {
    const site = siteFor(access, permission, what);
    return { id: site.id, site, sight: this.sight(access, site) };
  }

  sight(access: AccessContext, site: Site): Sight {
    if (seesAll(access)) return everything;
    const known = this.sites.get(site.id);
    if (!known) return this.nothingHidden;
    let who = access.isAmong(signedIn) ? 's' : ' ';
    if (access.isAmong(members)) who += 'm';
    for (const role of known.roles) who += access.isAmong({ visibleTo: 'roles', roles: [role] }) ? '1' : '0';
    let sight = known.sights.get(who);
    if (!sight) {
      this.last += 1;
      sight = sightOf(
        String(this.last),
        [...known.rules.values()].filter(({ audience }) => access.isAmong(audience)).map(({ id }) => id),
      );
      known.sights.set(who, sight);
    }
    return sight;
  }

  rule(siteId: string, ruleId: string): Rule | undefined {
    return this.sites.get(siteId)?.rules.get(ruleId);
  }

  /** To whom something is visible by its rule in force, within its site. */
  audienceOf(site: Site, ruleId: string): Audience {
    return this.rule(site.id, ruleId)?.audience ?? site.audience ?? everyone;
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

  /** What the person may do with what has a rule. */
  abilities(access: AccessContext, ruleId: string): Readonly<Record<RuleAction, boolean>> {
    return {
      add: this.may(access, 'add', ruleId),
      update: this.may(access, 'update', ruleId),
      delete: this.may(access, 'delete', ruleId),
      'change-permissions': this.may(access, 'change-permissions', ruleId),
    };
  }

  /** Finds the rule of a site that says this, or makes it. Empty for what says nothing. */
  async ensure(transaction: Transaction, rule: Rule): Promise<string> {
    const { id, siteId, audience, permissions } = rule;
    const content = { siteId, visibleTo: audience.visibleTo, visibleRoles: JSON.stringify(audience.roles) };
    const entity = { ...content, permissions: JSON.stringify(permissions) };
    const there = await transaction.repository(RuleEntity).findOneBy(entity);
    if (there) return there.id;
    await transaction.repository(RuleEntity).insert({ id, ...entity });
    transaction.afterCommit(() => this.keep(siteId, [...(this.sites.get(siteId)?.rules ?? noRules).values(), rule]));
    transaction.announce(topic, siteId);
    return id;
  }

  /** Takes a rule away that nothing has any more. */
  async release(transaction: Transaction, siteId: string, ruleId: string): Promise<void> {
    if (ruleId === noRule) return;
    for (const table of ['documents_media_folder', 'documents_media_document']) {
      const used = await transaction.query(`SELECT 1 AS used FROM ${table} WHERE own_rule_id = ? AND own_rule_id <> '' LIMIT 1`, [
        ruleId,
      ]);
      if (used.length > 0) return;
    }
    await transaction.repository(RuleEntity).delete({ id: ruleId });
    transaction.announce(topic, siteId);
  }

  private readonly nothingHidden = sightOf('none', []);

  private async load(siteId: string): Promise<void> {
    try {
      this.keep(siteId, await this.read('WHERE site_id = ?', [siteId]));
    } catch (error) {
      this.log.error('The rules of a site could not be read again. What has a new one is seen by nobody meanwhile.', {
        site: siteId,
        error,
      });
    }
  }

  private async read(where: string, values: readonly SqlValue[]): Promise<readonly Rule[]> {
    const rows = await this.unitOfWork.read((reader: Reader) =>
      reader.query<RuleEntity>(
        `SELECT id, site_id AS "siteId", visible_to AS "visibleTo", visible_roles AS "visibleRoles", permissions
         FROM documents_media_rule ${where}`,
        values,
      ),
    );
    return rows.map(({ id, siteId, visibleTo, visibleRoles, permissions }) => ({
      id,
      siteId,
      audience: { visibleTo, roles: JSON.parse(visibleRoles) as RoleName[] },
      permissions: JSON.parse(permissions) as RulePermissions,
    }));
  }

  private keep(siteId: string, rules: readonly Rule[]): void {
    const roles = [...new Set(rules.flatMap(({ audience }) => audience.roles))].sort();
    this.sites.set(siteId, { rules: new Map(rules.map((rule) => [rule.id, rule])), roles, sights: new Map() });
  }
}

const signedIn: Audience = { visibleTo: 'signed-in', roles: [] };
const members: Audience = { visibleTo: 'members', roles: [] };

/** A token sees what its person sees: only doing is narrowed by its scopes. */
function seesAll(access: AccessContext): boolean {
  const { changePermissions } = DocumentPermissions;
  return access.can(changePermissions) || (access.outOfScope?.(changePermissions) ?? false);
}

export function refused(): PortalError {
  return new PortalError('forbidden', 'You may not do this here. Ask the administrator of the site.', { status: 403 });
}

const belowSql = `WITH RECURSIVE below (id) AS (
    SELECT id FROM documents_media_folder WHERE id = ? AND site_id = ?
    UNION ALL
    SELECT folder.id FROM below JOIN documents_media_folder folder
      ON folder.site_id = ? AND folder.parent_id = below.id AND folder.own_rule_id = ''
  ) SELECT id FROM below`;

/** Writes the rule in force into a folder and all below it that has none of its own: it got another rule, or lies elsewhere now. */
export async function spreadRule(
  transaction: Transaction,
  siteId: string,
  folderId: string,
  rule: { readonly from: string; readonly to: string },
): Promise<void> {
  if (rule.from === rule.to) return;
  const below = [folderId, siteId, siteId];
  await transaction.query(
    `UPDATE documents_media_document SET rule_id = ? WHERE site_id = ? AND own_rule_id = '' AND folder_id IN (${belowSql})`,
    [rule.to, siteId, ...below],
  );
  await transaction.query(`UPDATE documents_media_folder SET rule_id = ? WHERE id IN (${belowSql})`, [rule.to, ...below]);
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
