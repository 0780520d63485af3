import {
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
import { type Rule, Rules } from './rules.js';

/** The names of roles in the rules of folders and documents: to whom they are visible, and what roles may do there. */
@injectable()
export class RuleRoleReferences implements RoleReference {
  constructor(
    @inject(Rules) private readonly rules: Rules,
    @inject(Messages) private readonly messages: Messages,
    @inject(optional(SiteDirectory)) private readonly sites: ServiceHandle<SiteDirectory>,
  ) {}

  async usesOf(reader: Reader, role: RoleName, locale: string): Promise<readonly string[]> {
    const uses: string[] = [];
    for (const rule of this.rules.naming(role)) {
      if (uses.length >= 20) break;
      const site = this.sites.get()?.byId(rule.siteId)?.name ?? rule.siteId;
      for (const name of await namesOf(reader, rule))
        uses.push(this.messages.text('permissions.named-by', { name, site }, locale));
    }
    return uses.slice(0, 20);
  }

  renamed(transaction: Transaction, before: RoleName, after: RoleName): Promise<void> {
    return this.rules.replaceRole(transaction, before, after);
  }

  removed(transaction: Transaction, role: RoleName): Promise<void> {
    return this.rules.replaceRole(transaction, role, undefined);
  }
}

/** What has a rule of its own. */
async function namesOf(reader: Reader, { id }: Rule): Promise<readonly string[]> {
  const rows = await reader.query<{ name: string }>(
    `SELECT name FROM documents_media_folder WHERE own_rule_id = ?
     UNION ALL SELECT name FROM documents_media_document WHERE own_rule_id = ? LIMIT 20`,
    [id, id],
  );
  return rows.map(({ name }) => name);
}
