import {
  type AccessContext,
  type Audience,
  AuditLog,
  Ids,
  inject,
  injectable,
  notFound,
  PortalError,
  type Reader,
  type Transaction,
  UnitOfWork,
} from '@portico/core';
import { everyone } from '@portico/core/util';
import { DocumentPermissions, type HiddenDocument } from '../api/documents.js';
import { rootFolder } from '../entities/folder.js';
import { noRule } from '../entities/rule.js';
import { announceContents } from './list-totals.js';
import { type RulePermissions, Rules, spreadRule } from './rules.js';
import { everything, type SeenSite, Visibility } from './visibility.js';

export type PermissionsOf = 'document' | 'folder';

/** What somebody may see and change of who sees a folder or a document. */
export interface ShownPermissions {
  readonly id: string;
  readonly name: string;
  /** The folder that it lies in; undefined: the root. */
  readonly folderId: string | undefined;
  /** Of the rule in force; empty for what follows the site alone. */
  readonly ruleId: string;
  readonly audience: Audience;
  readonly permissions: RulePermissions;
  readonly inherited: boolean;
  /** What it is inherited from: the name of a folder, or of the site. */
  readonly from: string;
  /** What it would have if it said nothing of its own. */
  readonly ofParent: { readonly ruleId: string; readonly audience: Audience; readonly from: string };
}

/** Undefined: as what it lies in. Without `permissions` they stay as they are. */
export type PermissionsChange = { readonly audience: Audience; readonly permissions?: RulePermissions } | undefined;

interface Target {
  readonly id: string;
  readonly name: string;
  /** Of a document with metadata; of a folder never. */
  readonly metadataKinds: string | null;
  readonly parentId: string;
  readonly ownRuleId: string;
  readonly ruleId: string;
}

const tables = {
  folder: { table: 'documents_media_folder', parent: 'parent_id', metadataKinds: 'NULL' },
  document: { table: 'documents_media_document', parent: 'folder_id', metadataKinds: 'metadata_kinds' },
} as const;

/** The nearest folder with a rule of its own, from one upwards. */
const originSql = `WITH RECURSIVE up (id, parent_id, name, own_rule_id, rule_id, depth) AS (
    SELECT id, parent_id, name, own_rule_id, rule_id, 0 FROM documents_media_folder WHERE id = ? AND site_id = ?
    UNION ALL
    SELECT folder.id, folder.parent_id, folder.name, folder.own_rule_id, folder.rule_id, up.depth + 1
      FROM up JOIN documents_media_folder folder ON folder.id = up.parent_id WHERE up.own_rule_id = ''
  ) SELECT name, rule_id AS "ruleId" FROM up WHERE own_rule_id <> '' ORDER BY depth LIMIT 1`;

/** Ids that one question asks for. */
const idsAtOnce = 500;

type Queries = Pick<Reader, 'query'>;

/**
 * Says and changes who sees a folder or a document, and what roles may do with it.
 *
 * What is said stands in a rule that others may share (`Visibility`). A change is one transaction: the row gets its rule, all below it that says nothing of
 * its own gets it too, the audit log gets an entry, and a rule that nothing has any more goes. Before the transaction is committed nobody sees any of it,
 * afterwards everybody does.
 */
@injectable()
export class Permissions {
  constructor(
    @inject(UnitOfWork) private readonly unitOfWork: UnitOfWork,
    @inject(Visibility) private readonly visibility: Visibility,
    @inject(Rules) private readonly rules: Rules,
    @inject(AuditLog) private readonly audit: AuditLog,
    @inject(Ids) private readonly ids: Ids,
  ) {}

  /** @throws PortalError `not-found` (404) for what the person does not see, and for who may not change it. */
  async find(access: AccessContext, kind: PermissionsOf, id: string): Promise<ShownPermissions> {
    const seen = this.visibility.enter(access, DocumentPermissions.view, kind);
    return this.unitOfWork.read(async (reader) => {
      const target = await requireTarget(reader, seen, kind, id);
      if (!this.visibility.may(access, 'change-permissions', target.ruleId)) throw notFound('page');
      return this.shown(reader, seen, target);
    });
  }

  /** @throws PortalError `not-found` (404), `forbidden` (403), `sign-in-required` (401). */
  async change(access: AccessContext, kind: PermissionsOf, id: string, change: PermissionsChange): Promise<ShownPermissions> {
    const seen = this.visibility.enter(access, DocumentPermissions.view, kind);
    await this.unitOfWork.write(async (transaction) => {
      const target = await requireTarget(transaction, seen, kind, id);
      if (!access.person) throw new PortalError('sign-in-required', 'Sign in to do this.', { status: 401 });
      this.visibility.require(access, 'change-permissions', target.ruleId);
      await this.write(transaction, seen, { kind, target, change });
    });
    // Who changed it reads what it is now, also when they do not see it any more.
    const after = { ...seen, sight: everything };
    return this.unitOfWork.read(async (reader) => this.shown(reader, after, await requireTarget(reader, after, kind, id)));
  }

  /** Those of some documents that not everybody sees who sees the site, in the order of the ids. */
  async hidden(access: AccessContext, ids: readonly string[]): Promise<readonly HiddenDocument[]> {
    const { id: siteId, site, sight } = this.visibility.enter(access, DocumentPermissions.view);
    const found = new Map<string, HiddenDocument>();
    for (let start = 0; start < ids.length; start += idsAtOnce) {
      const some = ids.slice(start, start + idsAtOnce);
      const rows = await this.unitOfWork.read((reader) =>
        reader.query<{ id: string; name: string; ruleId: string }>(
          `SELECT id, name, rule_id AS "ruleId" FROM documents_media_document
           WHERE site_id = ?${sight.sql()} AND rule_id <> '' AND id IN (${some.map(() => '?').join(', ')})`,
          [siteId, ...sight.values, ...some],
        ),
      );
      for (const { id, name, ruleId } of rows)
        if (this.visibility.narrowed(site, ruleId))
          found.set(id, { id, name, mayShow: this.visibility.may(access, 'update', ruleId) });
    }
    return ids.flatMap((id) => found.get(id) ?? []);
  }

  /**
   * Makes documents visible to everyone who sees the site, for who may change them: such a person could add the file once more where everybody sees it.
   * @throws PortalError `forbidden` (403) when they may not; nothing is changed then.
   */
  async makeVisible(access: AccessContext, ids: readonly string[]): Promise<void> {
    const seen = this.visibility.enter(access, DocumentPermissions.update);
    await this.unitOfWork.write(async (transaction) => {
      for (const id of ids) {
        const target = await requireTarget(transaction, seen, 'document', id);
        this.visibility.require(access, 'update', target.ruleId);
        await this.write(transaction, seen, { kind: 'document', target, change: { audience: everyone } });
      }
    });
  }

  private async write(
    transaction: Transaction,
    seen: SeenSite,
    { kind, target, change }: { readonly kind: PermissionsOf; readonly target: Target; readonly change: PermissionsChange },
  ): Promise<void> {
    const { table } = tables[kind];
    const before = await this.shown(transaction, seen, target);
    const ownRuleId =
      change === undefined
        ? noRule
        : await this.rules.ensure(transaction, {
            id: this.ids.next(),
            siteId: seen.id,
            audience: change.audience,
            permissions: change.permissions ?? before.permissions,
          });
    if (ownRuleId === target.ownRuleId) return;
    const ruleId = ownRuleId === noRule ? before.ofParent.ruleId : ownRuleId;
    if (kind === 'folder') {
      await transaction.query(`UPDATE ${table} SET own_rule_id = ? WHERE id = ?`, [ownRuleId, target.id]);
      await spreadRule(transaction, seen.id, target.id, { from: target.ruleId, to: ruleId });
    } else
      await transaction.query(`UPDATE ${table} SET own_rule_id = ?, rule_id = ? WHERE id = ?`, [ownRuleId, ruleId, target.id]);
    await this.rules.release(transaction, seen.id, target.ownRuleId);
    announceContents(transaction, seen.id);
    const permissions = change?.permissions ?? (change ? before.permissions : {});
    await this.audit.record(transaction, {
      area: 'documents-media',
      // The name of one that was made from a description mostly repeats it, and entries stay longer than descriptions may.
      subject: target.metadataKinds === null ? target.name : kind,
      attribute: `${kind} ${target.id}`,
      scope: seen.id,
      action: change === undefined ? 'inherited' : 'changed',
      before: spoken(before),
      after: change === undefined ? { ...before.ofParent.audience, inherited: true } : spoken({ ...change, permissions }),
    });
  }

  private async shown(queries: Queries, seen: SeenSite, target: Target): Promise<ShownPermissions> {
    const { site, sight } = seen;
    const [origin] = await queries.query<{ name: string; ruleId: string }>(originSql, [target.parentId, seen.id]);
    const isKnown = origin !== undefined && sight.sees(origin.ruleId);
    const ruleId = origin?.ruleId ?? noRule;
    const ofParent = {
      ruleId,
      audience: this.visibility.audienceOf(site, ruleId),
      // The name of a folder that the person does not see is not theirs to read.
      from: isKnown ? origin.name : site.name,
    };
    const inherited = target.ownRuleId === noRule;
    return {
      id: target.id,
      name: target.name,
      folderId: target.parentId === rootFolder ? undefined : target.parentId,
      ruleId: target.ruleId,
      audience: this.visibility.audienceOf(site, target.ruleId),
      permissions: this.visibility.rule(site.id, target.ruleId)?.permissions ?? {},
      inherited,
      from: inherited ? ofParent.from : target.name,
      ofParent,
    };
  }
}

async function requireTarget(
  queries: Queries,
  { id: siteId, sight }: SeenSite,
  kind: PermissionsOf,
  id: string,
): Promise<Target> {
  const { table, parent, metadataKinds } = tables[kind];
  const [row] = await queries.query<Target>(
    `SELECT id, name, ${metadataKinds} AS "metadataKinds", ${parent} AS "parentId", own_rule_id AS "ownRuleId", rule_id AS "ruleId" FROM ${table}
     WHERE id = ? AND site_id = ?${sight.sql()}`,
    [id, siteId, ...sight.values],
  );
  if (!row) throw notFound(kind);
  return row;
}

function spoken({
  audience,
  permissions = {},
  inherited,
}: {
  readonly audience: Audience;
  readonly permissions?: RulePermissions;
  readonly inherited?: boolean;
}): object {
  const isPlain = Object.keys(permissions).length === 0;
  return { ...audience, ...(isPlain ? {} : { permissions }), ...(inherited ? { inherited } : {}) };
}
