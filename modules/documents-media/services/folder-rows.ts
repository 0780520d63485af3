import { notFound, PortalError, type Reader } from '@portico/core';
import { type FolderEntity, rootFolder } from '../entities/folder.js';
import { folderColumns } from './document-record.js';
import { nameKey, numberedName } from './names.js';
import type { SeenSite, Sight } from './visibility.js';

export const maxDepth = 20;

const pathSql = `WITH RECURSIVE path (id, parent_id, name, rule_id, depth) AS (
    SELECT id, parent_id, name, rule_id, 0 FROM documents_media_folder WHERE id = ? AND site_id = ?
    UNION ALL
    SELECT folder.id, folder.parent_id, folder.name, folder.rule_id, path.depth + 1
      FROM path JOIN documents_media_folder folder ON folder.id = path.parent_id WHERE path.depth < ${maxDepth}
  ) SELECT id, name, rule_id AS "ruleId" FROM path ORDER BY depth DESC`;

export const depthBelowSql = `WITH RECURSIVE below (id, depth) AS (
    SELECT id, 1 FROM documents_media_folder WHERE id = ?
    UNION ALL
    SELECT folder.id, below.depth + 1
      FROM below JOIN documents_media_folder folder ON folder.site_id = ? AND folder.parent_id = below.id WHERE below.depth <= ${maxDepth}
  ) SELECT MAX(depth) AS depth FROM below`;

/** Names on the way that the person does not see are left out, and so are folders that they do not see, though not what they see below. */
export function allSql(sight: Sight): string {
  const isSeen = (alias: string): string => `1 = 1${sight.sql(alias)}`;
  return `WITH RECURSIVE walk (id, path, rule_id, depth) AS (
    SELECT folder.id, CASE WHEN ${isSeen('folder')} THEN folder.name ELSE '' END, folder.rule_id, 1
      FROM documents_media_folder folder WHERE folder.site_id = ? AND folder.parent_id = ?
    UNION ALL
    SELECT folder.id,
        CASE WHEN ${isSeen('folder')} THEN CASE WHEN walk.path = '' THEN folder.name ELSE walk.path || ' / ' || folder.name END ELSE walk.path END,
        folder.rule_id, walk.depth + 1
      FROM walk JOIN documents_media_folder folder ON folder.site_id = ? AND folder.parent_id = walk.id WHERE walk.depth < ${maxDepth}
  ) SELECT id, path FROM walk WHERE 1 = 1${sight.sql('walk')} LIMIT ?`;
}

/** Numbers tried for a folder whose name something has that the person does not see. */
const maxNumber = 9999;

/** A folder on the way from the root of the site. */
export interface FolderStep {
  readonly id: string;
  readonly name: string;
}

interface PathRow extends FolderStep {
  readonly ruleId: string;
}

/** Where something is put: the ids of all folders on the way, also of those that the person does not see, and the rule that is in force there. */
export interface FolderPlace {
  readonly ids: readonly string[];
  readonly ruleId: string;
}

export type Queries = Pick<Reader, 'query'>;

/** All steps of the way to a folder that the person sees. @throws PortalError `not-found` (404). */
export async function readPath(queries: Queries, { id: siteId, sight }: SeenSite, id: string): Promise<readonly PathRow[]> {
  const rows = await queries.query<PathRow>(pathSql, [id, siteId]);
  const last = rows.at(-1);
  if (!last || !sight.sees(last.ruleId)) throw notFound('folder');
  return rows;
}

export async function requireFolder(queries: Queries, { id: siteId, sight }: SeenSite, id: string): Promise<FolderEntity> {
  const [row] = await queries.query<FolderEntity>(
    `SELECT ${folderColumns} FROM documents_media_folder WHERE id = ? AND site_id = ?${sight.sql()}`,
    [id, siteId, ...sight.values],
  );
  if (!row) throw notFound('folder');
  return row;
}

export async function named(
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

/**
 * The name itself, or with a number where a folder has it that the person does not see: saying that it is taken would say that it is there.
 * @throws PortalError `name-taken` (409).
 */
export async function freeName(
  queries: Queries,
  { id: siteId, sight }: SeenSite,
  parentId: string | undefined,
  name: string,
  except?: string,
): Promise<string> {
  for (let number = 0; number <= maxNumber; number += 1) {
    const wanted = numberedName(name, number);
    const there = await named(queries, siteId, parentId, wanted);
    if (!there || there.id === except) return wanted;
    if (number === 0 && sight.sees(there.ruleId)) throw nameTaken(there.name);
  }
  throw nameTaken(name);
}

function nameTaken(name: string): PortalError {
  return new PortalError('name-taken', `There is already a folder named ${name} here. Choose another name.`, { status: 409 });
}
