import type { Audience, RouteContext } from '@portico/core';
import { audienceText } from '@portico/core/util';
import type { DocumentEntry, FolderEntry } from '../services/document-list.js';
import { isTiny } from '../services/images.js';
import { isShown } from '../services/known-types.js';
import { documentAddress, folderAddress, withQuery } from './addresses.js';
import type { ListInput } from './input.js';
import { fileLook, typeLabel, typeName } from './type-name.js';

type AnyContext = RouteContext<unknown, unknown, unknown>;

export interface DocumentRow {
  readonly id: string;
  readonly name: string;
  readonly type: string | undefined;
  readonly size: number;
  readonly dimensions: string | undefined;
  readonly modifiedAt: Date;
  readonly kindIcon: string;
  /** Class of the theme with the colours of the type. */
  readonly kind: string;
  /** The same for its preview. */
  readonly look: string;
  readonly typeLabel: string | undefined;
  readonly actionsTitle: string;
  readonly page: string;
  readonly thumbnail: string | undefined;
  /** Which template of the page has the entries of its menu, and the id that completes their addresses. */
  readonly entries: 'picture-entries' | 'document-entries';
  readonly entriesId: string | undefined;
  /** What its metadata say of it in a word each. */
  readonly marks: readonly DocumentMark[];
  /** To whom it is visible, in a sentence, where that is not everybody who sees the site. */
  readonly audience: string | undefined;
}

interface DocumentMark {
  readonly mark: string;
  readonly icon: string | undefined;
  readonly label: string;
}

export interface RowOptions {
  readonly filters: readonly ListFilter[];
  /** Whether the page has a menu of its own for pictures. */
  readonly pictureActions: boolean;
  /** Cards have a label instead. */
  readonly showsType: boolean;
  /** Says of a rule to whom it shows something, where that is not everybody. */
  readonly audienceOf: (ruleId: string) => DocumentMark | undefined;
  /** Names the menu of an entry. */
  readonly actionsOf: (name: string) => string;
}

/** A sentence around a name, looked up once for all entries of a page. */
export function aroundName(ctx: AnyContext, key: string): (name: string) => string {
  const [before = '', after = ''] = ctx.text(key, { name: '\n' }).split('\n');
  return (name) => before + name + after;
}

/** What rows have that stand alone. */
function alone(ctx: AnyContext): RowOptions {
  return {
    filters: [],
    pictureActions: false,
    showsType: true,
    audienceOf: () => undefined,
    actionsOf: aroundName(ctx, 'actions-of'),
  };
}

/** What a list shows of a document. Whatever each row would ask a helper for is here: a page has many of them. */
export function documentRow(ctx: AnyContext, entry: DocumentEntry, options = alone(ctx)): DocumentRow {
  const { filters, pictureActions, showsType, audienceOf, actionsOf } = options;
  const audience = audienceOf(entry.ruleId);
  const page = ctx.url(documentAddress(entry.id));
  const isImage = isShown(entry);
  const { icon, kind } = fileLook(entry.mimeType, entry.name);
  const isPicture = isImage && pictureActions;
  return {
    id: entry.id,
    name: entry.name,
    type: showsType ? typeName(ctx, entry.mimeType, entry.name) : undefined,
    size: entry.size,
    dimensions: entry.width && entry.height ? `${entry.width} × ${entry.height}` : undefined,
    modifiedAt: new Date(entry.modifiedAt),
    kindIcon: icon,
    kind,
    look: isImage ? pictureLook(kind, entry) : kind,
    typeLabel: typeLabel(entry.mimeType, entry.name),
    actionsTitle: actionsOf(entry.name),
    page,
    thumbnail: isImage ? `${page}/thumbnail` : undefined,
    entries: isPicture ? 'picture-entries' : 'document-entries',
    entriesId: isPicture ? entry.id : undefined,
    marks: marksOf(entry.metadataKinds, filters, audience),
    audience: audience?.label,
  };
}

/** A checkerboard shows through formats that can be transparent; what is tiny is not blown up. */
function pictureLook(kind: string, entry: DocumentEntry): string {
  return [...(entry.mimeType === 'image/jpeg' ? [] : ['see-through']), ...(isTiny(entry) ? ['as-is'] : []), kind].join(' ');
}

const noMarks: readonly DocumentMark[] = [];

function marksOf(kinds: string | null, filters: readonly ListFilter[], audience?: DocumentMark): readonly DocumentMark[] {
  if (kinds === null) return audience ? [audience] : noMarks;
  const marks = filters.flatMap(({ kind, mark, icon, label }) =>
    mark !== undefined && kinds.includes(` ${kind} `) ? [{ mark, icon, label }] : [],
  );
  return audience ? [audience, ...marks] : marks;
}

/** The mark of what not everybody sees who sees the site; made once for each rule that a page meets. */
export function audienceMarks(ctx: AnyContext, narrowed: (ruleId: string) => Audience | undefined): RowOptions['audienceOf'] {
  const known = new Map<string, DocumentMark | undefined>();
  return (ruleId) => {
    if (ruleId === '') return undefined;
    if (!known.has(ruleId)) {
      const audience = narrowed(ruleId);
      const who = audience && (audienceText(audience, ctx) || ctx.text('visible.nobody'));
      known.set(
        ruleId,
        audience && who
          ? { mark: who, icon: 'lock', label: ctx.text(`visible.${audience.visibleTo}`, { roles: who }) }
          : undefined,
      );
    }
    return known.get(ruleId);
  };
}

export function folderRow(ctx: AnyContext, entry: FolderEntry, input: ListInput, audienceOf: RowOptions['audienceOf']): object {
  const base = ctx.url(folderAddress(entry.id));
  return {
    id: entry.id,
    name: entry.name,
    modifiedAt: new Date(entry.modifiedAt),
    href: ctx.url(withQuery('~/documents-media', { folder: entry.id, ...keptBy(input) })),
    rename: `${base}/rename`,
    move: `${base}/move`,
    permissions: `${base}/permissions`,
    audience: audienceOf(entry.ruleId),
    remove: `${base}/delete`,
  };
}

/** A filter above the list, in the words of its module. */
export interface ListFilter {
  readonly value: string;
  readonly kind: string;
  readonly label: string;
  readonly icon: string | undefined;
  readonly mark: string | undefined;
  readonly emptyTitle: string;
  readonly emptyText: string;
}

/** What stays of a choice wherever one goes in the library. */
export function keptBy({
  view,
  order,
  direction,
}: ListInput): Readonly<Record<'view' | 'order' | 'direction', string | undefined>> {
  return { view, order, direction };
}
