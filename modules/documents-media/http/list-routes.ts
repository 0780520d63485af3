import {
  type AccessContext,
  type HttpRoutes,
  inject,
  injectable,
  invalidInput,
  MessageCatalog,
  type Router,
} from '@portico/core';
import { chosenSorting } from '@portico/core/util';
import { DocumentActionList } from '../services/document-action-list.js';
import { type DocumentEntry, DocumentList, sortKeys } from '../services/document-list.js';
import { Folders } from '../services/folders.js';
import { Metadata } from '../services/metadata.js';
import { NewMenu } from '../services/new-menu.js';
import { documentLinks, PortalDocuments } from '../services/portal-documents.js';
import { type Abilities, Visibility } from '../services/visibility.js';
import { mayOpen, mayView } from './access.js';
import { documentAnswer, listAnswer } from './answers.js';
import { isFragment } from './fragment.js';
import { apiListQuery, idParams, listQuery, sortingOfQuery, toListQuery, usualOrder } from './input.js';
import { listModel, listViews } from './list-model.js';
import type { ListFilter } from './list-rows.js';

/** The list of a folder, for people and for programs. */
@injectable()
export class ListRoutes implements HttpRoutes {
  readonly prefix = '~/documents-media';

  constructor(
    @inject(DocumentList) private readonly list: DocumentList,
    @inject(Folders) private readonly folders: Folders,
    @inject(PortalDocuments) private readonly documents: PortalDocuments,
    @inject(NewMenu) private readonly newMenu: NewMenu,
    @inject(DocumentActionList) private readonly actions: DocumentActionList,
    @inject(Metadata) private readonly metadata: Metadata,
    @inject(MessageCatalog) private readonly catalog: MessageCatalog,
    @inject(Visibility) private readonly visibility: Visibility,
  ) {}

  register(router: Router): void {
    router.get('/', { access: mayOpen, query: listQuery }, async (ctx) => {
      const input = ctx.input.query;
      const { path, ruleId } = await this.folders.place(ctx.access, input.folder);
      const here = this.visibility.here(ctx.access, ruleId);
      const filters = this.filters(ctx.access);
      const sorting = chosenSorting(ctx, 'documents', sortKeys, input, usualOrder(input));
      const query = toListQuery(input, sorting, this.kindOf(input.only));
      const page = await this.list.page(ctx.access, query);
      const total = await this.list.total(ctx.access, query, page);
      const added = await this.list.some(ctx.access, input.added);
      const newMenu = this.newMenu.entries(ctx.access, input.folder, here);
      const title = path.at(-1)?.name ?? ctx.text('title');
      const layout = isFragment(ctx) ? 'none' : 'page';
      const imageActions = this.actions.ofImages(here, input.folder);
      const view = ctx.preference('view', listViews, input.view) ?? 'cards';
      const narrowed = this.visibility.narrowedIn(ctx.access);
      const abilitiesOf = (rule: string): Abilities => this.visibility.abilities(ctx.access, rule);
      const parts = { page, total, sorting, added, path, newMenu, imageActions, filters, view, narrowed, ruleId, abilitiesOf };
      ctx.render('list', listModel(ctx, input, parts), { title, layout });
    });

    const declared = { access: mayOpen, query: apiListQuery, answers: 'json', answer: listAnswer, apiToken: true } as const;
    router.get('/api/documents', declared, async (ctx) => {
      await this.folders.path(ctx.access, ctx.input.query.folder);
      const metadata = this.kindOf(ctx.input.query.only);
      const query = toListQuery(ctx.input.query, sortingOfQuery(ctx.input.query), metadata);
      const page = await this.list.page(ctx.access, query);
      const total = await this.list.cheapTotal(ctx.access, query, page);
      const { folders, documents, previous, next } = page;
      ctx.body = {
        folders: folders.map(({ id, name, modifiedAt }) => ({ id, name, modifiedAt: new Date(modifiedAt) })),
        documents: documents.map(listed),
        previous,
        next,
        total: total?.count,
        totalIsMore: total?.isMore || undefined,
      };
    });

    router.get(
      '/api/documents/:id',
      { access: mayView, params: idParams, answers: 'json', answer: documentAnswer, apiToken: true },
      async (ctx) => {
        const { metadata, ...document } = await this.documents.find(ctx.access, ctx.input.params.id);
        const { site } = ctx.access;
        const links = site && documentLinks(document, site);
        ctx.body = { ...metadata, ...document, links };
      },
    );
  }

  /** @throws PortalError `invalid-input` (400) for a filter that nobody brings. */
  private kindOf(only: string | undefined): string | undefined {
    if (only === undefined) return undefined;
    const found = this.metadata.filters().find(({ filter }) => filter.value === only);
    if (!found) throw invalidInput({ only: 'There is no such filter.' });
    return found.kind;
  }

  private filters({ locale }: AccessContext): readonly ListFilter[] {
    return this.metadata.filters().map(({ module, kind, filter: { value, label, icon, mark, emptyTitle, emptyText } }) => {
      const text = (key: string): string => this.catalog.for(module).text(key, undefined, locale);
      return {
        value,
        kind,
        label: text(label),
        icon,
        mark: mark && text(mark),
        emptyTitle: text(emptyTitle),
        emptyText: text(emptyText),
      };
    });
  }
}

/** A document of a list, for programs. Field by field: rest and spread take longer than the query. */
function listed({ id, name, altText, mimeType, size, width, height, modifiedAt }: DocumentEntry): object {
  return { id, name, altText, mimeType, size, width, height, modifiedAt: new Date(modifiedAt) };
}
