import { type AccessContext, inject, injectable, type Reader, type SqlValue, UnitOfWork } from '@portico/core';
import { searchPatterns } from '@portico/core/util';
import { DocumentPermissions } from '../api/documents.js';
import { rootFolder } from '../entities/folder.js';
import { siteFor } from './access.js';

/** The place of an entry in a list: enough to go on from it even when it is gone. */
interface ListCursor {
  readonly kind: 'folder' | 'document';
  readonly id: string;
  readonly nameKey: string;
}

function writeCursor(kind: ListCursor['kind'], entry: { readonly id: string; readonly nameKey: string }): string {
  return `${kind === 'folder' ? 'f' : 'd'}~${entry.id}~${entry.nameKey}`;
}

/** Undefined for what is no cursor: the list then starts at its beginning. */
function parseCursor(text: string | undefined): ListCursor | undefined {
  const match = text === undefined ? null : /^([fd])~([0-9a-f-]{36})~(.*)$/s.exec(text);
  if (!match) return undefined;
  const [, kind, id = '', nameKey = ''] = match;
  return { kind: kind === 'f' ? 'folder' : 'document', id, nameKey };
}

export interface FolderEntry {
  readonly id: string;
  readonly name: string;
  readonly nameKey: string;
  readonly modifiedAt: number;
}

export interface DocumentEntry extends FolderEntry {
  readonly altText: string;
  readonly mimeType: string;
  readonly size: number;
  readonly width: number | null;
  readonly height: number | null;
  /** Each between spaces. */
  readonly metadataKinds: string | null;
}

export interface DocumentListQuery {
  /** Undefined: the root of the site. Ignored by a search, which looks everywhere in the site. */
  readonly folderId?: string;
  /** Words that stand anywhere in a name or an alternative text, all of them. */
  readonly search?: string;
  readonly order: 'newest' | 'name';
  readonly only?: 'image';
  /** Documents that have metadata of a kind, everywhere in the site. */
  readonly metadata?: string;
  /** Where a page starts or ends, as an earlier page said. */
  readonly after?: string;
  readonly before?: string;
  readonly limit: number;
}

/** Folders first, then documents; together at most `limit`. */
export interface DocumentListPage {
  readonly folders: readonly FolderEntry[];
  readonly documents: readonly DocumentEntry[];
  readonly previous: string | undefined;
  readonly next: string | undefined;
}

type Entry = { readonly kind: 'folder'; readonly row: FolderEntry } | { readonly kind: 'document'; readonly row: DocumentEntry };

interface Range {
  readonly from: ListCursor | undefined;
  readonly backwards: boolean;
  /** Stands in the text of the query: SQLite plans a query anew each time a limit is bound. */
  readonly limit: number;
}

const folderFields = 'id, name, name_key AS "nameKey", modified_at AS "modifiedAt"';
const documentFields =
  'id, name, name_key AS "nameKey", alt_text AS "altText", mime_type AS "mimeType", size, width, height, modified_at AS "modifiedAt", metadata_kinds AS "metadataKinds"';

/** Pages of a folder or a search, by key: page one thousand costs what page one costs. */
@injectable()
export class DocumentList {
  constructor(@inject(UnitOfWork) private readonly unitOfWork: UnitOfWork) {}

  async page(access: AccessContext, query: DocumentListQuery): Promise<DocumentListPage> {
    const site = siteFor(access, DocumentPermissions.view, 'folder');
    const after = parseCursor(query.after);
    const before = after ? undefined : parseCursor(query.before);
    const entries = await this.unitOfWork.read((reader) =>
      before ? this.backwards(reader, site.id, query, before) : this.forwards(reader, site.id, query, after),
    );
    const more = entries.length > query.limit;
    const shown = before ? entries.slice(-query.limit) : entries.slice(0, query.limit);
    const first = shown[0];
    const last = shown.at(-1);
    return {
      folders: shown.flatMap((entry) => (entry.kind === 'folder' ? [entry.row] : [])),
      documents: shown.flatMap((entry) => (entry.kind === 'document' ? [entry.row] : [])),
      previous: first && (after || (before && more)) ? writeCursor(first.kind, first.row) : undefined,
      next: last && (before || more) ? writeCursor(last.kind, last.row) : undefined,
    };
  }

  /** Documents by id, in the order of the ids; what is not there any more is left out. */
  async some(access: AccessContext, ids: readonly string[]): Promise<readonly DocumentEntry[]> {
    if (ids.length === 0) return [];
    const site = siteFor(access, DocumentPermissions.view);
    const rows = await this.unitOfWork.read((reader) =>
      reader.query<DocumentEntry>(
        `SELECT ${documentFields} FROM documents_media_document WHERE site_id = ? AND id IN (${ids.map(() => '?').join(', ')})`,
        [site.id, ...ids],
      ),
    );
    return ids.flatMap((id) => rows.filter((row) => row.id === id));
  }

  private async forwards(reader: Reader, siteId: string, query: DocumentListQuery, from?: ListCursor): Promise<Entry[]> {
    const limit = query.limit + 1;
    const folders = from?.kind === 'document' ? [] : await this.folders(reader, siteId, query, { from, backwards: false, limit });
    const rest = limit - folders.length;
    const start = from?.kind === 'document' ? from : undefined;
    const documents = rest > 0 ? await this.documents(reader, siteId, query, { from: start, backwards: false, limit: rest }) : [];
    return [...folders, ...documents];
  }

  private async backwards(reader: Reader, siteId: string, query: DocumentListQuery, from: ListCursor): Promise<Entry[]> {
    const limit = query.limit + 1;
    const documents = from.kind === 'folder' ? [] : await this.documents(reader, siteId, query, { from, backwards: true, limit });
    const rest = limit - documents.length;
    const start = from.kind === 'folder' ? from : undefined;
    const folders = rest > 0 ? await this.folders(reader, siteId, query, { from: start, backwards: true, limit: rest }) : [];
    return [...documents, ...folders].reverse();
  }

  private async folders(reader: Reader, siteId: string, query: DocumentListQuery, range: Range): Promise<Entry[]> {
    if (query.metadata !== undefined) return [];
    const { where, values } = place(siteId, query, 'parent_id');
    const { sql, order, bounds } = byName(range);
    const rows = await reader.query<FolderEntry>(
      listSql('documents_media_folder', folderFields, `${where}${sql}`, query.search && order),
      [...values, ...bounds],
    );
    return rows.map((row) => ({ kind: 'folder', row }));
  }

  private async documents(reader: Reader, siteId: string, query: DocumentListQuery, range: Range): Promise<Entry[]> {
    const { where, values } = place(siteId, query, 'folder_id');
    const only = query.only ? " AND kind = 'image'" : '';
    const having = query.metadata === undefined ? '' : ' AND metadata IS NOT NULL AND metadata_kinds LIKE ?';
    const kinds = query.metadata === undefined ? [] : [`% ${query.metadata} %`];
    const { sql, order, bounds } = query.search || query.order === 'name' ? byName(range) : newestFirst(range);
    const rows = await reader.query<DocumentEntry>(
      listSql('documents_media_document', documentFields, `${where}${only}${having}${sql}`, query.search && order),
      [...values, ...kinds, ...bounds],
    );
    return rows.map((row) => ({ kind: 'document', row }));
  }
}

function place(
  siteId: string,
  query: DocumentListQuery,
  column: 'parent_id' | 'folder_id',
): { where: string; values: SqlValue[] } {
  if (!query.search && query.metadata !== undefined) return { where: 'site_id = ?', values: [siteId] };
  if (!query.search) return { where: `site_id = ? AND ${column} = ?`, values: [siteId, query.folderId ?? rootFolder] };
  const patterns = searchPatterns(query.search);
  // What folds to nothing has no words that could be found.
  if (patterns.length === 0) return { where: 'site_id = ? AND 1 = 0', values: [siteId] };
  return {
    where: `site_id = ?${patterns.map(() => " AND search_text LIKE ? ESCAPE '!'").join('')}`,
    values: [siteId, ...patterns],
  };
}

/** A search walks the index alone until its page is full, and only then reads the rows of the page. */
function listSql(table: string, fields: string, conditions: string, searchOrder: string | undefined): string {
  if (!searchOrder) return `SELECT ${fields} FROM ${table} WHERE ${conditions}`;
  return `SELECT ${fields} FROM ${table} WHERE id IN (SELECT id FROM ${table} WHERE ${conditions}) ORDER BY ${searchOrder}`;
}

function byName(range: Range): { sql: string; order: string; bounds: SqlValue[] } {
  const [compare, direction] = range.backwards ? ['<', 'DESC'] : ['>', 'ASC'];
  const order = `name_key ${direction}, id ${direction}`;
  return {
    sql: `${range.from ? ` AND (name_key, id) ${compare} (?, ?)` : ''} ORDER BY ${order} LIMIT ${range.limit}`,
    order,
    bounds: range.from ? [range.from.nameKey, range.from.id] : [],
  };
}

/** Ids sort by the time they were made. */
function newestFirst(range: Range): { sql: string; order: string; bounds: SqlValue[] } {
  const [compare, direction] = range.backwards ? ['>', 'ASC'] : ['<', 'DESC'];
  const order = `id ${direction}`;
  return {
    sql: `${range.from ? ` AND id ${compare} ?` : ''} ORDER BY ${order} LIMIT ${range.limit}`,
    order,
    bounds: range.from ? [range.from.id] : [],
  };
}
