import type { AccessContext, Audience, RouteContext } from '@portico/core';
import {
  type ListTotal,
  type Sorting,
  type SortLinks,
  sortHeadings,
  sortMenu,
  totalText,
  type WantedSorting,
} from '@portico/core/util';
import { DocumentPermissions } from '../api/documents.js';
import type { ShownAction } from '../services/document-action-list.js';
import { type DocumentEntry, type DocumentListPage, type ListOrder, sortKeys } from '../services/document-list.js';
import type { FolderStep } from '../services/folder-rows.js';
import type { NewMenuEntry } from '../services/new-menu.js';
import { withQuery } from './addresses.js';
import type { ListInput } from './input.js';
import { aroundName, audienceMarks, type DocumentRow, documentRow, folderRow, keptBy, type ListFilter } from './list-rows.js';

export const listViews = ['cards', 'table'] as const;
export type ListView = (typeof listViews)[number];
type AnyContext = RouteContext<unknown, unknown, unknown>;

function filterModel(
  only: string | undefined,
  filters: readonly ListFilter[],
  link: (change: Readonly<Record<string, string | undefined>>) => string,
): object {
  return {
    filters: filters.map(({ value, label, icon }) => ({
      label,
      icon,
      isCurrent: value === only,
      href: link({ only: value, after: undefined, before: undefined }),
    })),
    filter: filters.find(({ value }) => value === only),
  };
}

const columns = ['name', 'type', 'size', 'modified'] as const satisfies readonly ListOrder[];
const menuOrders = Object.keys(sortKeys) as ListOrder[];

/** The headings that sort. */
function headingModel(ctx: AnyContext, links: Pick<SortLinks<ListOrder>, 'current' | 'link'>): object {
  return { headings: sortHeadings(columns, { ...links, keys: sortKeys, label: (order) => ctx.text(`column.${order}`) }) };
}

/** The menu of orders, for cards. */
export function orderModel(ctx: AnyContext, links: Pick<SortLinks<ListOrder>, 'current' | 'link'>): object {
  return sortMenu(menuOrders, { ...links, keys: sortKeys, label: (order) => ctx.text(`order.${order}`) });
}

/** How much of the list a page shows. */
export function totalOf(ctx: AnyContext, total: ListTotal, { folders, documents }: DocumentListPage): string | undefined {
  return totalText(ctx, total, folders.length + documents.length);
}

/** What the views of the list are made of. */
export function listModel(
  ctx: AnyContext,
  input: ListInput,
  parts: {
    readonly page: DocumentListPage;
    readonly total: ListTotal;
    readonly sorting: Sorting<ListOrder>;
    readonly view: ListView;
    readonly added: readonly DocumentEntry[];
    readonly path: readonly FolderStep[];
    readonly newMenu: readonly NewMenuEntry[];
    readonly imageActions: readonly ShownAction[];
    readonly filters: readonly ListFilter[];
    readonly narrowed: (ruleId: string) => Audience | undefined;
  },
): object {
  const { page, total, sorting, view, added, path, newMenu, imageActions, filters, narrowed } = parts;
  const audienceOf = audienceMarks(ctx, narrowed);
  const addedIds = new Set(added.map((document) => document.id));
  const here = { folder: input.folder, q: input.q, only: input.only, ...keptBy(input) };
  const link = (change: Readonly<Record<string, string | undefined>>): string =>
    ctx.url(withQuery('~/documents-media', here, change));
  const current = path.at(-1);
  const sort = { current: sorting, link: (change: WantedSorting<ListOrder>) => link({ ...change }) };
  const options = {
    filters,
    pictureActions: imageActions.length > 0,
    showsType: view === 'table',
    audienceOf,
    actionsOf: aroundName(ctx, 'actions-of'),
  };
  const row = (entry: DocumentEntry): DocumentRow => documentRow(ctx, entry, options);
  return {
    folderId: input.folder,
    folder: current,
    title: current?.name ?? ctx.text('title'),
    crumbs: current && [
      { name: ctx.text('title'), href: ctx.url(withQuery('~/documents-media', keptBy(input))) },
      ...path.slice(0, -1).map(({ id, name }) => ({
        name,
        href: ctx.url(withQuery('~/documents-media', { folder: id, ...keptBy(input) })),
      })),
    ],
    labels: actionLabels(ctx),
    // The menu of each row puts its own name there.
    deleteTitle: ctx.text('delete.title', { name: '{name}' }),
    permissionsTitle: ctx.text('permissions.title', { name: '{name}' }),
    home: ctx.url(withQuery('~/documents-media', keptBy(input))),
    self: link({ after: input.after, before: input.before }),
    query: input.q,
    isTable: view === 'table',
    kept: keptBy(input),
    total: totalOf(ctx, total, page),
    ...(view === 'table' && headingModel(ctx, sort)),
    ...orderModel(ctx, sort),
    folders: page.folders.map((entry) => folderRow(ctx, entry, input, audienceOf)),
    documents: page.documents.filter((entry) => !addedIds.has(entry.id)).map(row),
    added: added.map(row),
    isEmpty: page.folders.length + page.documents.length + added.length === 0,
    isFirstPage: input.after === undefined && input.before === undefined,
    previous: page.previous && link({ ...sorting, before: page.previous }),
    next: page.next && link({ ...sorting, after: page.next }),
    cards: link({ view: 'cards' }),
    table: link({ view: 'table' }),
    ...filterModel(input.only, filters, link),
    all: ctx.url(withQuery('~/documents-media', { folder: input.folder, q: input.q, ...keptBy(input) })),
    everything: ctx.url(withQuery('~/documents-media', { folder: input.folder, ...keptBy(input) })),
    newMenu: newMenu.map((entry) => ({ ...entry, href: ctx.url(entry.href) })),
    imageActions: actionLinks(ctx, imageActions),
    upload: ctx.url(withQuery('~/documents-media/upload-multiple', { folder: input.folder })),
    messages: messagesOfScript(ctx),
    uploadTitle: ctx.text('upload.multiple-title'),
    ...abilities(ctx.access),
  };
}

/** What other modules make of a document; its id completes each address. */
export function actionLinks(ctx: AnyContext, actions: readonly ShownAction[]): readonly ShownAction[] {
  return actions.map((action) => ({ ...action, href: ctx.url(action.href) }));
}

/** Looked up once for all entries of a page. */
function actionLabels(ctx: AnyContext): Readonly<Record<string, string>> {
  return {
    download: ctx.text('action.download'),
    edit: ctx.text('action.edit'),
    rename: ctx.text('action.rename'),
    move: ctx.text('action.move'),
    permissions: ctx.text('action.permissions'),
    delete: ctx.text('action.delete'),
  };
}

const scriptMessages = new WeakMap<object, object>();

/** What the script of the list says. Made once for each language, and so written once. */
function messagesOfScript(ctx: AnyContext): object {
  const added = ctx.compiled('added');
  if (typeof added === 'string') return { added };
  let messages = scriptMessages.get(added);
  if (!messages) {
    messages = Object.freeze({ added });
    scriptMessages.set(added, messages);
  }
  return messages;
}

/** What the buttons of a page depend on; the routes ask again. */
export function abilities(access: AccessContext) {
  return {
    mayAdd: access.can(DocumentPermissions.add),
    mayUpdate: access.can(DocumentPermissions.update),
    mayDelete: access.can(DocumentPermissions.delete),
    mayOpen: access.can(DocumentPermissions.open),
    mayChangePermissions: access.can(DocumentPermissions.changePermissions),
  };
}
