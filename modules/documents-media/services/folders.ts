import {
  type AccessContext,
  AuditLog,
  Clock,
  Ids,
  inject,
  injectable,
  invalidInput,
  PortalError,
  type Transaction,
  UnitOfWork,
} from '@portico/core';
import { DocumentPermissions, type Folder } from '../api/documents.js';
import { searchText } from '../entities/document.js';
import { FolderEntity, rootFolder } from '../entities/folder.js';
import { noRule } from '../entities/rule.js';
import { ownerOf } from './access.js';
import { folderEntry } from './document-audit.js';
import { folderColumns, toFolder } from './document-record.js';
import {
  allSql,
  depthBelowSql,
  type FolderPlace,
  type FolderStep,
  freeName,
  maxDepth,
  named,
  type Queries,
  readPath,
  requireFolder,
} from './folder-rows.js';
import { announceContents } from './list-totals.js';
import { checkedName, nameKey } from './names.js';
import { Rules, spreadRule } from './rules.js';
import { type Abilities, everything, refused, type SeenSite, Visibility } from './visibility.js';

/**
 * Folders of the site of the request: a tree per site, at most 20 deep, of rows that name their parent.
 *
 * The root is no row: its children have the parent `''`, not NULL, so that the unique index on site, parent and name covers them too. Names are compared
 * by their key (case and forms of Unicode folded), shown as they were typed.
 *
 * Whoever puts something into a folder asks `requirePlace` in the transaction that puts it there: the folder is in this site, and what is put in does not
 * become deeper than 20. Moving asks the same with the depth of what hangs below, and that the target is not the folder itself or one inside it: a circle
 * would take both out of the tree. As writes come one after the other, nothing changes between the question and the answer.
 *
 * Only an empty folder is deleted; what is inside is counted in that same transaction. So a folder never takes documents with it, and no document is left in
 * a folder that is gone. A folder does not leave its site.
 */
@injectable()
export class Folders {
  constructor(
    @inject(UnitOfWork) private readonly unitOfWork: UnitOfWork,
    @inject(Visibility) private readonly visibility: Visibility,
    @inject(Rules) private readonly rules: Rules,
    @inject(Clock) private readonly clock: Clock,
    @inject(Ids) private readonly ids: Ids,
    @inject(AuditLog) private readonly audit: AuditLog,
  ) {}

  find(access: AccessContext, id: string): Promise<Folder> {
    const seen = this.visibility.enter(access, DocumentPermissions.view, 'folder');
    return this.unitOfWork.read(async (reader) => toFolder(await requireFolder(reader, seen, id)));
  }

  /** What the person may do with a folder that they see; undefined: the root. */
  async abilities(access: AccessContext, id: string | undefined): Promise<Abilities> {
    return this.visibility.abilities(access, (await this.place(access, id)).ruleId);
  }

  /** From the root down to the folder itself, of those that the person sees; empty for the root. */
  async path(access: AccessContext, id: string | undefined): Promise<readonly FolderStep[]> {
    return (await this.place(access, id)).path;
  }

  /** The same, and the rule of the folder. */
  async place(
    access: AccessContext,
    id: string | undefined,
  ): Promise<{ readonly path: readonly FolderStep[]; readonly ruleId: string }> {
    if (id === undefined) return { path: [], ruleId: noRule };
    const seen = this.visibility.enter(access, DocumentPermissions.view, 'folder');
    const rows = await this.unitOfWork.read((reader) => readPath(reader, seen, id));
    const path = rows.filter(({ ruleId }) => seen.sight.sees(ruleId)).map(({ id, name }) => ({ id, name }));
    return { path, ruleId: rows.at(-1)?.ruleId ?? noRule };
  }

  /** With the names on the way, in the order of those. Walks breadth first, so that a limit leaves out what lies deepest. */
  async all(access: AccessContext, limit: number): Promise<readonly { readonly id: string; readonly path: string }[]> {
    const { id, sight } = this.visibility.enter(access, DocumentPermissions.view, 'folder');
    const { values } = sight;
    const bound = [...values, id, rootFolder, ...values, id, ...values, limit];
    const rows = await this.unitOfWork.read((reader) => reader.query<{ id: string; path: string }>(allSql(sight), bound));
    return rows.sort((one, other) => one.path.localeCompare(other.path));
  }

  /** Folders below one, by name; `after` is the name of the last one seen. */
  async children(access: AccessContext, parentId: string | undefined, limit: number, after = ''): Promise<readonly Folder[]> {
    const { id, sight } = this.visibility.enter(access, DocumentPermissions.view, 'folder');
    const rows = await this.unitOfWork.read((reader) =>
      reader.query<FolderEntity>(
        `SELECT ${folderColumns} FROM documents_media_folder WHERE site_id = ? AND parent_id = ?${sight.sql()} AND name_key > ?
         ORDER BY name_key LIMIT ?`,
        [id, parentId ?? rootFolder, ...sight.values, nameKey(after), limit],
      ),
    );
    return rows.map(toFolder);
  }

  /** @throws PortalError `name-taken` (409), `invalid-input` (400), `not-found` (404). */
  add(access: AccessContext, wanted: string, parentId?: string): Promise<Folder> {
    const seen = this.visibility.enterTo(access, 'add', 'folder');
    const name = checkedName(wanted);
    return this.unitOfWork.write(async (transaction) => {
      const { ruleId } = await this.requirePlace(transaction, seen, parentId, 1);
      this.visibility.require(access, 'add', ruleId);
      const free = await freeName(transaction, seen, parentId, name);
      return this.insert(transaction, access, seen.id, { name: free, parentId, ruleId });
    });
  }

  ensure(access: AccessContext, wanted: string, parentId?: string): Promise<Folder> {
    const seen = this.visibility.enterTo(access, 'add', 'folder');
    const name = checkedName(wanted);
    return this.unitOfWork.write(async (transaction) => {
      const { ruleId } = await this.requirePlace(transaction, seen, parentId, 1);
      const there = await named(transaction, seen.id, parentId, name);
      if (there && seen.sight.sees(there.ruleId)) return toFolder(there);
      this.visibility.require(access, 'add', ruleId);
      const free = await freeName(transaction, seen, parentId, name);
      return this.insert(transaction, access, seen.id, { name: free, parentId, ruleId });
    });
  }

  rename(access: AccessContext, id: string, wanted: string): Promise<Folder> {
    const seen = this.visibility.enterTo(access, 'update', 'folder');
    const name = checkedName(wanted);
    return this.unitOfWork.write(async (transaction) => {
      const row = await requireFolder(transaction, seen, id);
      this.visibility.require(access, 'update', row.ruleId);
      const folder = toFolder(row);
      const free = await freeName(transaction, seen, folder.parentId, name, id);
      await this.update(transaction, id, { name: free, nameKey: nameKey(free), searchText: searchText(free) });
      const change = { action: 'changed', before: { id, name: folder.name }, after: { name: free } };
      if (free !== folder.name) await this.audit.record(transaction, folderEntry(folder, change));
      return { ...folder, name: free };
    });
  }

  /** @param parentId undefined: into the root of the site. */
  move(access: AccessContext, id: string, parentId: string | undefined): Promise<Folder> {
    const seen = this.visibility.enterTo(access, 'update', 'folder');
    return this.unitOfWork.write(async (transaction) => {
      const row = await requireFolder(transaction, seen, id);
      this.visibility.require(access, 'update', row.ruleId);
      const [below] = await transaction.query<{ depth: number }>(depthBelowSql, [id, seen.id]);
      const place = await this.requirePlace(transaction, seen, parentId, below?.depth ?? 1);
      this.visibility.require(access, 'add', place.ruleId);
      if (row.ownRuleId === noRule) this.visibility.requireNoMore(access, row.ruleId, place.ruleId);
      if (place.ids.includes(id)) {
        throw invalidInput(
          { to: 'A folder cannot lie inside itself.' },
          'A folder cannot be moved into itself. Choose another one.',
        );
      }
      const name = await freeName(transaction, seen, parentId, row.name, id);
      await this.update(transaction, id, {
        parentId: parentId ?? rootFolder,
        name,
        nameKey: nameKey(name),
        searchText: searchText(name),
      });
      if (row.ownRuleId === noRule) await spreadRule(transaction, seen.id, id, { from: row.ruleId, to: place.ruleId });
      const folder = toFolder(row);
      const change = { action: 'moved', before: { id, folder: folder.parentId }, after: { folder: parentId } };
      await this.audit.record(transaction, folderEntry(folder, change));
      announceContents(transaction, seen.id);
      return { ...folder, name, parentId };
    });
  }

  /** What lies directly in a folder, of what the person sees. */
  async contents(access: AccessContext, id: string): Promise<{ readonly folders: number; readonly documents: number }> {
    const seen = this.visibility.enter(access, DocumentPermissions.view, 'folder');
    return this.unitOfWork.read((reader) => this.count(reader, seen, id));
  }

  /** @throws PortalError `folder-not-empty` (409); `forbidden` (403) also where what is inside is not for this person to know. */
  delete(access: AccessContext, id: string): Promise<Folder> {
    const seen = this.visibility.enterTo(access, 'delete', 'folder');
    return this.unitOfWork.write(async (transaction) => {
      const row = await requireFolder(transaction, seen, id);
      this.visibility.require(access, 'delete', row.ruleId);
      const inside = await this.count(transaction, seen, id);
      if (inside.folders + inside.documents > 0) {
        throw new PortalError(
          'folder-not-empty',
          `${row.name} is not empty. Move or delete what is inside first, then delete the folder.`,
          { status: 409, details: inside },
        );
      }
      const all = await this.count(transaction, { ...seen, sight: everything }, id);
      if (all.folders + all.documents > 0) throw refused();
      await transaction.repository(FolderEntity).delete({ id });
      await this.rules.release(transaction, seen.id, row.ownRuleId);
      const folder = toFolder(row);
      await this.audit.record(transaction, folderEntry(folder, { action: 'removed', before: { id } }));
      announceContents(transaction, seen.id);
      return folder;
    });
  }

  /** The way to a folder that something is put into. @throws PortalError `not-found`, `invalid-input` when it lies too deep. */
  async requirePlace(queries: Queries, seen: SeenSite, id: string | undefined, levels = 0): Promise<FolderPlace> {
    if (id === undefined) return { ids: [], ruleId: noRule };
    const path = await readPath(queries, seen, id);
    if (path.length + levels > maxDepth) {
      const sentence = `Folders can lie at most ${maxDepth} deep. Choose a folder further up.`;
      throw invalidInput({ to: sentence }, sentence);
    }
    return { ids: path.map((step) => step.id), ruleId: path.at(-1)?.ruleId ?? noRule };
  }

  private async insert(
    transaction: Transaction,
    access: AccessContext,
    siteId: string,
    { name, parentId, ruleId }: { readonly name: string; readonly parentId: string | undefined; readonly ruleId: string },
  ): Promise<Folder> {
    const now = this.clock.now().getTime();
    const folder: FolderEntity = {
      id: this.ids.next(),
      siteId,
      parentId: parentId ?? rootFolder,
      name,
      nameKey: nameKey(name),
      searchText: searchText(name),
      ownRuleId: noRule,
      ruleId,
      createdBy: ownerOf(access),
      createdAt: now,
      modifiedAt: now,
    };
    await transaction.repository(FolderEntity).insert(folder);
    await this.audit.record(transaction, folderEntry(folder, { action: 'added', after: { id: folder.id } }));
    announceContents(transaction, siteId);
    return toFolder(folder);
  }

  private async update(transaction: Transaction, id: string, change: Partial<FolderEntity>): Promise<void> {
    await transaction.repository(FolderEntity).update({ id }, { ...change, modifiedAt: this.clock.now().getTime() });
  }

  private async count(
    queries: Queries,
    { id: siteId, sight }: SeenSite,
    id: string,
  ): Promise<{ folders: number; documents: number }> {
    const [row] = await queries.query<{ folders: number; documents: number }>(
      `SELECT (SELECT COUNT(*) FROM documents_media_folder WHERE site_id = ? AND parent_id = ?${sight.sql()}) AS folders,
              (SELECT COUNT(*) FROM documents_media_document WHERE site_id = ? AND folder_id = ?${sight.sql()}) AS documents`,
      [siteId, id, ...sight.values, siteId, id, ...sight.values],
    );
    return { folders: Number(row?.folders ?? 0), documents: Number(row?.documents ?? 0) };
  }
}
