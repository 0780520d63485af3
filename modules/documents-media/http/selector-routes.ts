import {
  type AccessContext,
  type HttpRoutes,
  inject,
  injectable,
  notFound,
  type RouteContext,
  type Router,
  type Site,
} from '@portico/core';
import { chosenSorting } from '@portico/core/util';
import type { ReturnType, SelectedItem } from '@portico/item-selector/api';
import { DocumentPermissions } from '../api/documents.js';
import type { ChoiceFacts } from '../api/new-menu.js';
import { type DocumentEntry, DocumentList, sortKeys } from '../services/document-list.js';
import { Folders } from '../services/folders.js';
import { Metadata } from '../services/metadata.js';
import { NewMenu } from '../services/new-menu.js';
import { documentLinks } from '../services/portal-documents.js';
import { Visibility } from '../services/visibility.js';
import { mayOpen } from './access.js';
import { withQuery } from './addresses.js';
import { renderFragment } from './fragment.js';
import { pageSize, type SelectorInput, selectorQuery, usualOrder } from './input.js';
import { orderModel, totalOf } from './list-model.js';
import { audienceMarks, documentRow } from './list-rows.js';

/** What the kinds of metadata say of documents that can be chosen, by their kinds. */
@injectable()
class MetadataChoices {
  constructor(@inject(Metadata) private readonly metadata: Metadata) {}

  among(access: AccessContext, entries: readonly DocumentEntry[]): ReadonlyMap<string, ChoiceFacts> {
    const facts = new Map<string, ChoiceFacts>();
    for (const { metadataKinds } of entries)
      if (metadataKinds !== null && !facts.has(metadataKinds))
        facts.set(metadataKinds, this.metadata.choice(access, metadataKinds.trim().split(' ')));
    return facts;
  }
}

/** What this view can give, whatever the order the caller prefers. */
export const supportedReturnTypes: readonly ReturnType[] = ['image-url', 'file-url', 'document-id'];

type SelectorContext = RouteContext<Record<string, never>, SelectorInput, undefined>;

/** The tab Documents and Media of the item selector. */
@injectable()
export class SelectorRoutes implements HttpRoutes {
  readonly prefix = '~/documents-media';

  constructor(
    @inject(DocumentList) private readonly list: DocumentList,
    @inject(Folders) private readonly folders: Folders,
    @inject(NewMenu) private readonly newMenu: NewMenu,
    @inject(MetadataChoices) private readonly choices: MetadataChoices,
    @inject(Visibility) private readonly visibility: Visibility,
  ) {}

  register(router: Router): void {
    router.get('/selector', { access: mayOpen, query: selectorQuery }, (ctx) => this.show(ctx));
  }

  private async show(ctx: SelectorContext): Promise<void> {
    const { site } = ctx.access;
    if (!site) throw notFound('page');
    const input = ctx.input.query;
    const path = await this.folders.path(ctx.access, input.folder);
    const only = input.type === 'image' ? ('image' as const) : undefined;
    const sorting = chosenSorting(ctx, 'selector', sortKeys, input, usualOrder(input));
    const query = {
      folderId: input.folder,
      search: input.q,
      ...sorting,
      only,
      after: input.after,
      before: input.before,
      limit: pageSize,
    };
    const page = await this.list.page(ctx.access, query);
    const total = await this.list.total(ctx.access, query, page);
    const facts = this.choices.among(ctx.access, page.documents);
    const returnTypes = input.return.split(',');
    const audienceOf = audienceMarks(ctx, this.visibility.narrowedIn(ctx.access));
    const kept = { order: input.order, direction: input.direction };
    const criterion = { type: input.type, return: input.return, uploads: input.uploads };
    const link = (query: Readonly<Record<string, string | undefined>>): string =>
      ctx.url(withQuery('~/documents-media/selector', { ...criterion, ...query }));
    const mayUpload = input.uploads === 'true' && ctx.access.can(DocumentPermissions.add);
    const newMenu = mayUpload ? this.newMenu.entries(ctx.access, input.folder) : [];
    const model = {
      title: ctx.text('title'),
      isWide: true,
      criterion,
      isImage: input.type === 'image',
      folderId: input.folder,
      folder: path.at(-1),
      home: link(kept),
      crumbs: path.slice(0, -1).map((step) => ({ name: step.name, href: link({ folder: step.id, ...kept }) })),
      query: input.q,
      kept,
      total: totalOf(ctx, total, page),
      ...orderModel(ctx, { current: sorting, link: (change) => link({ folder: input.folder, q: input.q, ...change }) }),
      folders: page.folders.map(({ id, name }) => ({ name, href: link({ folder: id, ...kept }) })),
      items: page.documents.flatMap((entry) =>
        selectable(ctx, { site, entry, returnTypes, facts: facts.get(entry.metadataKinds ?? ''), audienceOf }),
      ),
      isEmpty: page.folders.length + page.documents.length === 0,
      isFirstPage: input.after === undefined && input.before === undefined,
      here: link({ folder: input.folder, ...kept }),
      self: link({ folder: input.folder, q: input.q, ...kept, after: input.after, before: input.before }),
      search: ctx.url('~/documents-media/selector'),
      previous: page.previous && link({ folder: input.folder, q: input.q, ...sorting, before: page.previous }),
      next: page.next && link({ folder: input.folder, q: input.q, ...sorting, after: page.next }),
      newMenu: newMenu.map((entry) => ({ ...entry, href: ctx.url(entry.href) })),
      messages: Object.fromEntries(['not-chosen', 'others-stay'].map((key) => [key, ctx.compiled(`selector.word-${key}`)])),
    };
    renderFragment(ctx, 'selector', model);
  }
}

/** A document with what choosing it answers; nothing when the caller can use nothing that this document can give. */
function selectable(
  ctx: SelectorContext,
  {
    site,
    entry,
    returnTypes,
    facts,
    audienceOf,
  }: {
    readonly site: Site;
    readonly entry: DocumentEntry;
    readonly returnTypes: readonly string[];
    readonly facts: ChoiceFacts | undefined;
    readonly audienceOf: (ruleId: string) => { readonly label: string } | undefined;
  },
): readonly object[] {
  const row = { ...documentRow(ctx, entry), audience: audienceOf(entry.ruleId)?.label };
  const links = documentLinks(entry, site);
  const values: Readonly<Record<ReturnType, string | undefined>> = {
    'image-url': row.thumbnail && links.view,
    'file-url': links.download,
    'document-id': entry.id,
  };
  const returnType = returnTypes.find((type): type is ReturnType => Boolean(values[type as ReturnType]));
  const value = returnType && values[returnType];
  if (!value) return [];
  const item: SelectedItem = { returnType, value, title: entry.name, altText: entry.altText, ...facts };
  return [{ ...row, item }];
}
