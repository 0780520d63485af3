import { type AccessContext, inject, injectable, type Reader, UnitOfWork } from '@portico/core';
import {
  countUpTo,
  type KeysetRange,
  keysetSql,
  type ListPlace,
  type ListTotal,
  type SortDirection,
  type SortKeys,
  searchPatterns,
} from '@portico/core/util';
import { DocumentPermissions } from '../api/documents.js';
import { rootFolder } from '../entities/folder.js';
import { ListTotals } from './list-totals.js';
import { type SeenSite, Visibility } from './visibility.js';

/** By what documents are sorted; folders stand before them, by name. Ids sort by the time they were made. */
export type ListOrder = 'newest' | 'name' | 'modified' | 'size' | 'type';
export const sortKeys: SortKeys<ListOrder> = {
  newest: { usual: 'desc' },
  name: { column: 'name_key', usual: 'asc' },
  modified: { column: 'modified_at', holds: 'number', usual: 'desc' },
  size: { column: 'size', holds: 'number', usual: 'desc' },
  type: { column: 'mime_type', usual: 'asc' },
};

/** What a row is sorted by, as its cursor says it. */
const keysOfRows: Readonly<Record<ListOrder, (row: DocumentEntry) => string | number>> = {
  newest: ({ nameKey }) => nameKey,
  name: ({ nameKey }) => nameKey,
  modified: ({ modifiedAt }) => modifiedAt,
  size: ({ size }) => size,
  type: ({ mimeType }) => mimeType,
};

/** The place of an entry in a list: enough to go on from it even when it is gone. */
interface ListCursor {
  readonly kind: 'folder' | 'document';
  readonly id: string;
  /** What the entry is sorted by. */
  readonly key: string;
}

/** Undefined for what is no cursor: the list then starts at its beginning. */
function parseCursor(text: string | undefined): ListCursor | undefined {
  const match = text === undefined ? null : /^([fd])~([0-9a-f-]{36})~(.*)$/s.exec(text);
  if (!match) return undefined;
  const [, kind, id = '', key = ''] = match;
  return { kind: kind === 'f' ? 'folder' : 'document', id, key };
}

export interface FolderEntry {
  readonly id: string;
  readonly name: string;
  readonly nameKey: string;
  readonly modifiedAt: number;
  /** Rule in force. */
  readonly ruleId: string;
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
  readonly order: ListOrder;
  /** Default: the usual one of the order. */
  readonly direction?: SortDirection;
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

const folderFields = 'id, name, name_key AS "nameKey", modified_at AS "modifiedAt", rule_id AS "ruleId"';
const documentFields =
  'id, name, name_key AS "nameKey", alt_text AS "altText", mime_type AS "mimeType", size, width, height, modified_at AS "modifiedAt", metadata_kinds AS "metadataKinds", rule_id AS "ruleId"';

/** Pages of a folder or a search, by key: page one thousand costs what page one costs. */
@injectable()
export class DocumentList {
  constructor(
    @inject(UnitOfWork) private readonly unitOfWork: UnitOfWork,
    @inject(ListTotals) private readonly totals: ListTotals,
    @inject(Visibility) private readonly visibility: Visibility,
  ) {}

  async page(access: AccessContext, query: DocumentListQuery): Promise<DocumentListPage> {
    const site = this.visibility.enter(access, DocumentPermissions.view, 'folder');
    const after = parseCursor(query.after);
    const before = after ? undefined : parseCursor(query.before);
    const entries = await this.unitOfWork.read((reader) =>
      before ? this.backwards(reader, site, query, before) : this.forwards(reader, site, query, after),
    );
    const more = entries.length > query.limit;
    const shown = before ? entries.slice(-query.limit) : entries.slice(0, query.limit);
    const first = shown[0];
    const last = shown.at(-1);
    const folders: FolderEntry[] = [];
    const documents: DocumentEntry[] = [];
    for (const entry of shown) {
      if (entry.kind === 'folder') folders.push(entry.row);
      else documents.push(entry.row);
    }
    return {
      folders,
      documents,
      previous: first && (after || (before && more)) ? cursorOf(query, first) : undefined,
      next: last && (before || more) ? cursorOf(query, last) : undefined,
    };
  }

  /** Counts no further than a screen has to say. A page that is all of its list need not be counted. */
  async total(access: AccessContext, query: DocumentListQuery, page: DocumentListPage): Promise<ListTotal> {
    const shown = page.folders.length + page.documents.length;
    if (page.next === undefined && page.previous === undefined) return { count: shown, isMore: false };
    const site = this.visibility.enter(access, DocumentPermissions.view, 'folder');
    const isWhole = isWholeFolder(query);
    const counting = (): Promise<ListTotal> => this.count(site, query);
    // The same for all who see the same, and for nobody else.
    const place = `${query.folderId ?? rootFolder} ${site.sight.key}`;
    const { count, isMore } = await (isWhole ? this.totals.of(site.id, place, counting) : counting());
    return { count: Math.max(count, shown), isMore };
  }

  /** The same for programs, which ask often and need not know: only where it is in memory, or will be. */
  async cheapTotal(access: AccessContext, query: DocumentListQuery, page: DocumentListPage): Promise<ListTotal | undefined> {
    const isOnePage = page.next === undefined && page.previous === undefined;
    return isOnePage || isWholeFolder(query) ? this.total(access, query, page) : undefined;
  }

  private async count(site: SeenSite, query: DocumentListQuery): Promise<ListTotal> {
    const counts = await this.unitOfWork.read((reader) =>
      Promise.all([
        query.metadata === undefined ? countUpTo(reader, place(site, query, 'parent_id')) : nothing,
        countUpTo(reader, place(site, query, 'folder_id')),
      ]),
    );
    return { count: counts.reduce((sum, part) => sum + part.count, 0), isMore: counts.some(({ isMore }) => isMore) };
  }

  /** Documents by id, in the order of the ids; what is not there any more is left out. */
  async some(access: AccessContext, ids: readonly string[]): Promise<readonly DocumentEntry[]> {
    if (ids.length === 0) return [];
    const { id: siteId, sight } = this.visibility.enter(access, DocumentPermissions.view);
    const rows = await this.unitOfWork.read((reader) =>
      reader.query<DocumentEntry>(
        `SELECT ${documentFields} FROM documents_media_document
         WHERE site_id = ?${sight.sql()} AND id IN (${ids.map(() => '?').join(', ')})`,
        [siteId, ...sight.values, ...ids],
      ),
    );
    return ids.flatMap((id) => rows.filter((row) => row.id === id));
  }

  private async forwards(reader: Reader, site: SeenSite, query: DocumentListQuery, from?: ListCursor): Promise<Entry[]> {
    const limit = query.limit + 1;
    const folders = from?.kind === 'document' ? [] : await this.folders(reader, site, query, { from, backwards: false, limit });
    const rest = limit - folders.length;
    const start = from?.kind === 'document' ? from : undefined;
    const documents = rest > 0 ? await this.documents(reader, site, query, { from: start, backwards: false, limit: rest }) : [];
    return [...folders, ...documents];
  }

  private async backwards(reader: Reader, site: SeenSite, query: DocumentListQuery, from: ListCursor): Promise<Entry[]> {
    const limit = query.limit + 1;
    const documents = from.kind === 'folder' ? [] : await this.documents(reader, site, query, { from, backwards: true, limit });
    const rest = limit - documents.length;
    const start = from.kind === 'folder' ? from : undefined;
    const folders = rest > 0 ? await this.folders(reader, site, query, { from: start, backwards: true, limit: rest }) : [];
    return [...documents, ...folders].reverse();
  }

  private async folders(reader: Reader, site: SeenSite, query: DocumentListQuery, range: KeysetRange): Promise<Entry[]> {
    if (query.metadata !== undefined) return [];
    const { within, match } = place(site, query, 'parent_id');
    const direction = query.order === 'name' ? directionOf(query) : 'asc';
    const { sql, order, bounds } = keysetSql(sortKeys.name, direction, range);
    const rows = await reader.query<FolderEntry>(
      listSql('documents_media_folder', folderFields, `${within.sql}${match.sql}${sql}`, query.search && order),
      [...within.values, ...match.values, ...bounds],
    );
    return rows.map((row) => ({ kind: 'folder', row }));
  }

  private async documents(reader: Reader, site: SeenSite, query: DocumentListQuery, range: KeysetRange): Promise<Entry[]> {
    const { within, match } = place(site, query, 'folder_id');
    const { sql, order, bounds } = keysetSql(sortKeys[query.order], directionOf(query), range);
    const rows = await reader.query<DocumentEntry>(
      listSql('documents_media_document', documentFields, `${within.sql}${match.sql}${sql}`, query.search && order),
      [...within.values, ...match.values, ...bounds],
    );
    return rows.map((row) => ({ kind: 'document', row }));
  }
}

/** Neither a search nor a filter: how many there are is kept until the folder changes. */
const isWholeFolder = ({ search, metadata, only }: DocumentListQuery): boolean =>
  !search && metadata === undefined && only === undefined;

const directionOf = ({ order, direction = sortKeys[order].usual }: DocumentListQuery): SortDirection => direction;

function cursorOf({ order }: DocumentListQuery, { kind, row }: Entry): string {
  return kind === 'folder' ? `f~${row.id}~${row.nameKey}` : `d~${row.id}~${keysOfRows[order](row)}`;
}

const nothing: ListTotal = { count: 0, isMore: false };

/** What somebody does not see is not of the list at all: neither walked by a count nor told by it. */
function place({ id: siteId, sight }: SeenSite, query: DocumentListQuery, column: 'parent_id' | 'folder_id'): ListPlace {
  const patterns = query.search ? searchPatterns(query.search) : [];
  // What folds to nothing has no words that could be found.
  const words =
    query.search && patterns.length === 0 ? ' AND 1 = 0' : patterns.map(() => " AND search_text LIKE ? ESCAPE '!'").join('');
  const only = query.only && column === 'folder_id' ? " AND kind = 'image'" : '';
  const kinds = query.metadata === undefined ? '' : ' AND metadata_kinds LIKE ?';
  return {
    table: column === 'parent_id' ? 'documents_media_folder' : 'documents_media_document',
    within:
      query.search || query.metadata !== undefined
        ? {
            sql: `${query.search ? 'site_id = ?' : 'site_id = ? AND metadata_kinds IS NOT NULL'}${sight.sql()}`,
            values: [siteId, ...sight.values],
          }
        : {
            sql: `site_id = ? AND ${column} = ?${sight.sql()}`,
            values: [siteId, query.folderId ?? rootFolder, ...sight.values],
          },
    match: {
      sql: `${only}${words}${kinds}`,
      values: [...patterns, ...(query.metadata === undefined ? [] : [`% ${query.metadata} %`])],
    },
    read: [only && 'kind', words && 'search_text', kinds && 'metadata_kinds'].filter(Boolean).join(', ') || '1',
  };
}

/** A search walks the index alone until its page is full, and only then reads the rows of the page. */
function listSql(table: string, fields: string, conditions: string, searchOrder: string | undefined): string {
  if (!searchOrder) return `SELECT ${fields} FROM ${table} WHERE ${conditions}`;
  return `SELECT ${fields} FROM ${table} WHERE id IN (SELECT id FROM ${table} WHERE ${conditions}) ORDER BY ${searchOrder}`;
}
