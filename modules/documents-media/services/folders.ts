import {
  type AccessContext,
  AuditLog,
  Clock,
  Ids,
  inject,
  injectable,
  invalidInput,
  notFound,
  PortalError,
  type Reader,
  type Transaction,
  UnitOfWork,
} from '@portico/core';
import { DocumentPermissions, type Folder } from '../api/documents.js';
import { searchText } from '../entities/document.js';
import { FolderEntity, rootFolder } from '../entities/folder.js';
import { ownerOf, siteFor } from './access.js';
import { folderEntry } from './document-audit.js';
import { folderColumns, toFolder } from './document-record.js';
import { announceContents } from './list-totals.js';
import { checkedName, nameKey } from './names.js';

const maxDepth = 20;

const pathSql = `WITH RECURSIVE path (id, parent_id, name, depth) AS (
    SELECT id, parent_id, name, 0 FROM documents_media_folder WHERE id = ? AND site_id = ?
    UNION ALL
    SELECT folder.id, folder.parent_id, folder.name, path.depth + 1
      FROM path JOIN documents_media_folder folder ON folder.id = path.parent_id WHERE path.depth < ${maxDepth}
  ) SELECT id, name FROM path ORDER BY depth DESC`;

const depthBelowSql = `WITH RECURSIVE below (id, depth) AS (
    SELECT id, 1 FROM documents_media_folder WHERE id = ?
    UNION ALL
    SELECT folder.id, below.depth + 1
      FROM below JOIN documents_media_folder folder ON folder.site_id = ? AND folder.parent_id = below.id WHERE below.depth <= ${maxDepth}
  ) SELECT MAX(depth) AS depth FROM below`;

const allSql = `WITH RECURSIVE walk (id, path, depth) AS (
    SELECT id, name, 1 FROM documents_media_folder WHERE site_id = ? AND parent_id = ?
    UNION ALL
    SELECT folder.id, walk.path || ' / ' || folder.name, walk.depth + 1
      FROM walk JOIN documents_media_folder folder ON folder.site_id = ? AND folder.parent_id = walk.id WHERE walk.depth < ${maxDepth}
  ) SELECT id, path FROM walk LIMIT ?`;

/** A folder on the way from the root of the site. */
export interface FolderStep {
  readonly id: string;
  readonly name: string;
}

type Queries = Pick<Reader, 'query'>;

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
    @inject(Clock) private readonly clock: Clock,
    @inject(Ids) private readonly ids: Ids,
    @inject(AuditLog) private readonly audit: AuditLog,
  ) {}

  find(access: AccessContext, id: string): Promise<Folder> {
    const site = siteFor(access, DocumentPermissions.view, 'folder');
    return this.unitOfWork.read((reader) => this.require(reader, site.id, id));
  }

  /** From the root down to the folder itself; empty for the root. */
  async path(access: AccessContext, id: string | undefined): Promise<readonly FolderStep[]> {
    if (id === undefined) return [];
    const site = siteFor(access, DocumentPermissions.view, 'folder');
    const steps = await this.unitOfWork.read((reader) => reader.query<FolderStep>(pathSql, [id, site.id]));
    if (steps.length === 0) throw notFound('folder');
    return steps;
  }

  /** With the names on the way, in the order of those. Walks breadth first, so that a limit leaves out what lies deepest. */
  async all(access: AccessContext, limit: number): Promise<readonly { readonly id: string; readonly path: string }[]> {
    const site = siteFor(access, DocumentPermissions.view, 'folder');
    const rows = await this.unitOfWork.read((reader) =>
      reader.query<{ id: string; path: string }>(allSql, [site.id, rootFolder, site.id, limit]),
    );
    return rows.sort((one, other) => one.path.localeCompare(other.path));
  }

  /** Folders below one, by name; `after` is the name of the last one seen. */
  async children(access: AccessContext, parentId: string | undefined, limit: number, after = ''): Promise<readonly Folder[]> {
    const site = siteFor(access, DocumentPermissions.view, 'folder');
    const rows = await this.unitOfWork.read((reader) =>
      reader.query<FolderEntity>(
        `SELECT ${folderColumns} FROM documents_media_folder WHERE site_id = ? AND parent_id = ? AND name_key > ?
         ORDER BY name_key LIMIT ?`,
        [site.id, parentId ?? rootFolder, nameKey(after), limit],
      ),
    );
    return rows.map(toFolder);
  }

  /** @throws PortalError `name-taken` (409), `invalid-input` (400), `not-found` (404). */
  add(access: AccessContext, wanted: string, parentId?: string): Promise<Folder> {
    const site = siteFor(access, DocumentPermissions.add, 'folder');
    const name = checkedName(wanted);
    return this.unitOfWork.write(async (transaction) => {
      await this.requirePlace(transaction, site.id, parentId, 1);
      await this.refuseTaken(transaction, site.id, parentId, name);
      return this.insert(transaction, access, site.id, name, parentId);
    });
  }

  ensure(access: AccessContext, wanted: string, parentId?: string): Promise<Folder> {
    const site = siteFor(access, DocumentPermissions.add, 'folder');
    const name = checkedName(wanted);
    return this.unitOfWork.write(async (transaction) => {
      await this.requirePlace(transaction, site.id, parentId, 1);
      const there = await this.named(transaction, site.id, parentId, name);
      return there ? toFolder(there) : this.insert(transaction, access, site.id, name, parentId);
    });
  }

  rename(access: AccessContext, id: string, wanted: string): Promise<Folder> {
    const site = siteFor(access, DocumentPermissions.update, 'folder');
    const name = checkedName(wanted);
    return this.unitOfWork.write(async (transaction) => {
      const folder = await this.require(transaction, site.id, id);
      await this.refuseTaken(transaction, site.id, folder.parentId, name, id);
      await this.update(transaction, id, { name, nameKey: nameKey(name), searchText: searchText(name) });
      const change = { action: 'changed', before: { id, name: folder.name }, after: { name } };
      if (name !== folder.name) await this.audit.record(transaction, folderEntry(folder, change));
      return { ...folder, name };
    });
  }

  /** @param parentId undefined: into the root of the site. */
  move(access: AccessContext, id: string, parentId: string | undefined): Promise<Folder> {
    const site = siteFor(access, DocumentPermissions.update, 'folder');
    return this.unitOfWork.write(async (transaction) => {
      const folder = await this.require(transaction, site.id, id);
      const [below] = await transaction.query<{ depth: number }>(depthBelowSql, [id, site.id]);
      const path = await this.requirePlace(transaction, site.id, parentId, below?.depth ?? 1);
      if (path.some((step) => step.id === id)) {
        throw invalidInput(
          { to: 'A folder cannot lie inside itself.' },
          'A folder cannot be moved into itself. Choose another one.',
        );
      }
      await this.refuseTaken(transaction, site.id, parentId, folder.name, id);
      await this.update(transaction, id, { parentId: parentId ?? rootFolder });
      const change = { action: 'moved', before: { id, folder: folder.parentId }, after: { folder: parentId } };
      await this.audit.record(transaction, folderEntry(folder, change));
      announceContents(transaction, site.id);
      return { ...folder, parentId };
    });
  }

  /** What lies directly in a folder. */
  async contents(access: AccessContext, id: string): Promise<{ readonly folders: number; readonly documents: number }> {
    const site = siteFor(access, DocumentPermissions.view, 'folder');
    return this.unitOfWork.read((reader) => this.count(reader, site.id, id));
  }

  /** @throws PortalError `folder-not-empty` (409). */
  delete(access: AccessContext, id: string): Promise<Folder> {
    const site = siteFor(access, DocumentPermissions.delete, 'folder');
    return this.unitOfWork.write(async (transaction) => {
      const folder = await this.require(transaction, site.id, id);
      const inside = await this.count(transaction, site.id, id);
      if (inside.folders + inside.documents > 0) {
        throw new PortalError(
          'folder-not-empty',
          `${folder.name} is not empty. Move or delete what is inside first, then delete the folder.`,
          { status: 409, details: inside },
        );
      }
      await transaction.repository(FolderEntity).delete({ id });
      await this.audit.record(transaction, folderEntry(folder, { action: 'removed', before: { id } }));
      announceContents(transaction, site.id);
      return folder;
    });
  }

  /** The way to a folder that something is put into. @throws PortalError `not-found`, `invalid-input` when it lies too deep. */
  async requirePlace(queries: Queries, siteId: string, id: string | undefined, levels = 0): Promise<readonly FolderStep[]> {
    if (id === undefined) return [];
    const path = await queries.query<FolderStep>(pathSql, [id, siteId]);
    if (path.length === 0) throw notFound('folder');
    if (path.length + levels > maxDepth) {
      const sentence = `Folders can lie at most ${maxDepth} deep. Choose a folder further up.`;
      throw invalidInput({ to: sentence }, sentence);
    }
    return path;
  }

  private async require(queries: Queries, siteId: string, id: string): Promise<Folder> {
    const [row] = await queries.query<FolderEntity>(
      `SELECT ${folderColumns} FROM documents_media_folder WHERE id = ? AND site_id = ?`,
      [id, siteId],
    );
    if (!row) throw notFound('folder');
    return toFolder(row);
  }

  private async named(
    queries: Queries,
    siteId: string,
    parentId: string | undefined,
    name: string,
  ): Promise<FolderEntity | undefined> {
    const [row] = await queries.query<FolderEntity>(
      `SELECT ${folderColumns} FROM documents_media_folder WHERE site_id = ? AND parent_id = ? AND name_key = ?`,
      [siteId, parentId ?? rootFolder, nameKey(name)],
    );
    return row;
  }

  private async refuseTaken(
    queries: Queries,
    siteId: string,
    parentId: string | undefined,
    name: string,
    except?: string,
  ): Promise<void> {
    const there = await this.named(queries, siteId, parentId, name);
    if (!there || there.id === except) return;
    throw new PortalError('name-taken', `There is already a folder named ${there.name} here. Choose another name.`, {
      status: 409,
    });
  }

  private async insert(
    transaction: Transaction,
    access: AccessContext,
    siteId: string,
    name: string,
    parentId: string | undefined,
  ): Promise<Folder> {
    const now = this.clock.now().getTime();
    const folder: FolderEntity = {
      id: this.ids.next(),
      siteId,
      parentId: parentId ?? rootFolder,
      name,
      nameKey: nameKey(name),
      searchText: searchText(name),
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

  private async count(queries: Queries, siteId: string, id: string): Promise<{ folders: number; documents: number }> {
    const [row] = await queries.query<{ folders: number; documents: number }>(
      `SELECT (SELECT COUNT(*) FROM documents_media_folder WHERE site_id = ? AND parent_id = ?) AS folders,
              (SELECT COUNT(*) FROM documents_media_document WHERE site_id = ? AND folder_id = ?) AS documents`,
      [siteId, id, siteId, id],
    );
    return { folders: row?.folders ?? 0, documents: row?.documents ?? 0 };
  }
}
