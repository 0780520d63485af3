import {
  type AccessContext,
  AccessContexts,
  inject,
  injectable,
  Messages,
  optional,
  type Reader,
  type RoleName,
  type RoleReference,
  type ServiceHandle,
  SiteDirectory,
  type Transaction,
} from '@portico/core';
import { DocumentPermissions } from '../api/documents.js';
import { type Rule, Rules } from './rules.js';
import { Visibility } from './visibility.js';

const usesAtMost = 20;

/** The names of roles in the rules of folders and documents: to whom they are visible, and what roles may do there. */
@injectable()
export class RuleRoleReferences implements RoleReference {
  constructor(
    @inject(Rules) private readonly rules: Rules,
    @inject(Visibility) private readonly visibility: Visibility,
    @inject(AccessContexts) private readonly contexts: AccessContexts,
    @inject(Messages) private readonly messages: Messages,
    @inject(optional(SiteDirectory)) private readonly sites: ServiceHandle<SiteDirectory>,
  ) {}

  async usesOf(reader: Reader, role: RoleName, access: AccessContext): Promise<readonly string[]> {
    const uses: string[] = [];
    let count = 0;
    for (const rule of this.rules.naming(role)) {
      const site = this.siteSeen(access, rule);
      if (!site) count += await countOf(reader, rule);
      else if (uses.length < usesAtMost)
        for (const name of await namesOf(reader, rule))
          uses.push(this.messages.text('permissions.named-by', { name, site }, access.locale));
    }
    const unseen = count > 0 ? [this.messages.text('permissions.named-by-unseen', { count }, access.locale)] : [];
    return [...unseen, ...uses].slice(0, usesAtMost);
  }

  renamed(transaction: Transaction, before: RoleName, after: RoleName): Promise<void> {
    return this.rules.replaceRole(transaction, before, after);
  }

  removed(transaction: Transaction, role: RoleName): Promise<void> {
    return this.rules.replaceRole(transaction, role, undefined);
  }

  /** The name of the site of a rule, for who sees there what has the rule. */
  private siteSeen({ person }: AccessContext, { id, siteId }: Rule): string | undefined {
    const site = this.sites.get()?.byId(siteId);
    if (!site) return undefined;
    const there = this.contexts.for(person, site);
    const sees =
      (!site.audience || there.isAmong(site.audience)) &&
      there.can(DocumentPermissions.view) &&
      this.visibility.sight(there, site).sees(id);
    return sees ? site.name : undefined;
  }
}

/** What has a rule of its own. */
async function namesOf(reader: Reader, { id }: Rule): Promise<readonly string[]> {
  const rows = await reader.query<{ name: string }>(
    `SELECT name FROM documents_media_folder WHERE own_rule_id = ?
     UNION ALL SELECT name FROM documents_media_document WHERE own_rule_id = ? LIMIT ${usesAtMost}`,
    [id, id],
  );
  return rows.map(({ name }) => name);
}

async function countOf(reader: Reader, { id }: Rule): Promise<number> {
  const [row] = await reader.query<{ count: number }>(
    `SELECT (SELECT COUNT(*) FROM documents_media_folder WHERE own_rule_id = ? AND own_rule_id <> '')
          + (SELECT COUNT(*) FROM documents_media_document WHERE own_rule_id = ? AND own_rule_id <> '') AS count`,
    [id, id],
  );
  return Number(row?.count ?? 0);
}
