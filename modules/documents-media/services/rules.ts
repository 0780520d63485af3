import {
  type Activity,
  Announcements,
  type Audience,
  inject,
  injectable,
  type Lifetime,
  Log,
  type Reader,
  type RoleName,
  type SqlValue,
  type Transaction,
  UnitOfWork,
} from '@portico/core';
import { yieldToEventLoop } from '@portico/core/util';
import { DocumentPermissions } from '../api/documents.js';
import { noRule, RuleEntity } from '../entities/rule.js';

/** What a rule can decide for a role otherwise than the role has it in the whole site. */
export type RuleAction = 'add' | 'update' | 'delete' | 'change-permissions';

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

/** All rules of a site at one time: another object as soon as there are others. */
export interface SiteRules {
  readonly rules: ReadonlyMap<string, Rule>;
  /** Roles that some rule names: with who has signed in and who is a member, all that a decision depends on. */
  readonly roles: readonly RoleName[];
}

const none: SiteRules = Object.freeze({ rules: new Map<string, Rule>(), roles: [] });

/** The rules of all sites, in memory; what changes them is one transaction, and memory follows its commit. */
@injectable()
export class Rules implements Activity {
  private readonly sites = new Map<string, SiteRules>();
  /** The newest look at the database for each site that has not ended; what is kept meanwhile is newer than what it finds. */
  private readonly reading = new Map<string, symbol>();

  constructor(
    @inject(UnitOfWork) private readonly unitOfWork: UnitOfWork,
    @inject(Announcements) private readonly announcements: Announcements,
    @inject(Log) private readonly log: Log,
  ) {}

  async onStart(lifetime: Lifetime): Promise<void> {
    lifetime.add(this.announcements.on(topic, (siteId) => void this.load(siteId)));
    const rules = await this.read('', []);
    for (const siteId of new Set(rules.map((rule) => rule.siteId))) {
      // What was changed meanwhile is read, or was, by `load`.
      if (this.sites.has(siteId) || this.reading.has(siteId)) continue;
      this.keep(
        siteId,
        rules.filter((rule) => rule.siteId === siteId),
      );
    }
  }

  of(siteId: string): SiteRules {
    return this.sites.get(siteId) ?? none;
  }

  /** Finds the rule of a site that says this, or makes it. Empty for what says nothing. */
  async ensure(transaction: Transaction, rule: Rule): Promise<string> {
    const { id, siteId } = rule;
    const content = contentOf(rule);
    const there = await transaction.repository(RuleEntity).findOneBy(content);
    if (there) return there.id;
    await transaction.repository(RuleEntity).insert({ id, ...content });
    transaction.afterCommit(() => this.keep(siteId, [...this.of(siteId).rules.values(), rule]));
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

  /** Takes all rules of a site away, with the site. Answers how many there were. */
  async eraseAll(transaction: Transaction, siteId: string): Promise<number> {
    const { affected } = await transaction.repository(RuleEntity).delete({ siteId });
    if (affected) transaction.announce(topic, siteId);
    return affected ?? 0;
  }

  /** Those that name a role. */
  naming(role: RoleName): readonly Rule[] {
    return [...this.sites.values()].flatMap(({ rules }) =>
      [...rules.values()].filter(({ audience, permissions }) => audience.roles.includes(role) || permissions[role] !== undefined),
    );
  }

  /** A role has another name now, or none: what was visible to it alone is then seen by who may change permissions. */
  async replaceRole(transaction: Transaction, before: RoleName, after: RoleName | undefined): Promise<void> {
    for (const rule of this.naming(before)) {
      const { id, siteId, audience } = rule;
      const left = audience.roles.filter((role) => role !== before);
      const isNamed = left.length < audience.roles.length;
      const roles = isNamed && after !== undefined ? [...left, after].sort() : left;
      const { [before]: decided, ...others } = rule.permissions;
      const permissions = decided !== undefined && after !== undefined ? { ...others, [after]: decided } : others;
      const changed: Rule = { ...rule, audience: { ...audience, roles }, permissions };
      const same = await transaction.repository(RuleEntity).findOneBy(contentOf(changed));
      if (same) {
        await mergeRule(transaction, siteId, { from: id, to: same.id });
        await transaction.repository(RuleEntity).delete({ id });
      } else await transaction.repository(RuleEntity).update({ id }, contentOf(changed));
      transaction.afterCommit(() => {
        const known = [...this.of(siteId).rules.values()];
        this.keep(
          siteId,
          known.flatMap((each) => (each.id !== id ? [each] : same ? [] : [changed])),
        );
      });
      transaction.announce(topic, siteId);
    }
  }

  private async load(siteId: string): Promise<void> {
    const own = Symbol(siteId);
    this.reading.set(siteId, own);
    try {
      const rules = await this.read('WHERE site_id = ?', [siteId]);
      if (this.reading.get(siteId) === own) this.keep(siteId, rules);
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
    this.reading.delete(siteId);
    this.sites.set(siteId, { rules: new Map(rules.map((rule) => [rule.id, rule])), roles });
  }
}

/** What a rule says, which no two of a site have in common. */
function contentOf({ siteId, audience, permissions }: Rule): Omit<RuleEntity, 'id'> {
  return {
    siteId,
    visibleTo: audience.visibleTo,
    visibleRoles: JSON.stringify(audience.roles),
    permissions: JSON.stringify(permissions),
  };
}

/** Gives all that has a rule of its own another one that says the same. */
async function mergeRule(
  transaction: Transaction,
  siteId: string,
  rule: { readonly from: string; readonly to: string },
): Promise<void> {
  const { from, to } = rule;
  const own = "site_id = ? AND own_rule_id = ? AND own_rule_id <> ''";
  const folders = await transaction.query<{ id: string }>(`SELECT id FROM documents_media_folder WHERE ${own}`, [siteId, from]);
  for (const { id } of folders) {
    await transaction.query('UPDATE documents_media_folder SET own_rule_id = ? WHERE id = ?', [to, id]);
    await spreadRule(transaction, siteId, id, rule);
  }
  await transaction.query(`UPDATE documents_media_document SET own_rule_id = ?, rule_id = ? WHERE ${own}`, [
    to,
    to,
    siteId,
    from,
  ]);
}

const belowSql = `WITH RECURSIVE below (id) AS (
    SELECT id FROM documents_media_folder WHERE id = ? AND site_id = ?
    UNION ALL
    SELECT folder.id FROM below JOIN documents_media_folder folder
      ON folder.site_id = ? AND folder.parent_id = below.id AND folder.own_rule_id = ''
  ) SELECT id FROM below`;

/** Documents that are written before others have their turn. */
const documentsAtOnce = 500;

const lastSql = `SELECT MAX(id) AS last FROM (
  SELECT id FROM documents_media_document WHERE site_id = ? AND folder_id = ? AND id > ? ORDER BY id LIMIT ${documentsAtOnce}) page`;

/**
 * Writes the rule in force into a folder and all below it that has none of its own: it got another rule, or lies elsewhere now. One transaction, so that
 * nobody sees half of it; some documents at a time, so that reads are answered meanwhile.
 */
export async function spreadRule(
  transaction: Transaction,
  siteId: string,
  folderId: string,
  rule: { readonly from: string; readonly to: string },
): Promise<void> {
  if (rule.from === rule.to) return;
  const below = await transaction.query<{ id: string }>(belowSql, [folderId, siteId, siteId]);
  for (const { id } of below) {
    for (let after = ''; ; ) {
      const [page] = await transaction.query<{ last: string | null }>(lastSql, [siteId, id, after]);
      if (!page?.last) break;
      await transaction.query(
        `UPDATE documents_media_document SET rule_id = ?
         WHERE site_id = ? AND folder_id = ? AND own_rule_id = '' AND id > ? AND id <= ?`,
        [rule.to, siteId, id, after, page.last],
      );
      after = page.last;
      await yieldToEventLoop();
    }
    await transaction.query('UPDATE documents_media_folder SET rule_id = ? WHERE id = ?', [rule.to, id]);
  }
}
