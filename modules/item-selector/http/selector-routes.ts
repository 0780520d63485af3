import {
  type AccessContext,
  type ConditionalContributions,
  contributions,
  type HttpRoutes,
  inject,
  injectable,
  invalidInput,
  MessageCatalog,
  type Router,
  z,
} from '@portico/core';
import { criterionQuery, type ItemSelectorCriterion, type ReturnType } from '../api/criterion.js';
import { type ItemSelectorView, ItemSelectorViews } from '../api/views.js';

/** A tab as the dialog shows it. */
interface SelectorTab {
  /** Stable: the id of the contribution. */
  readonly id: string;
  readonly module: string;
  readonly label: string;
  readonly icon: string | undefined;
  /** With the criterion as query. */
  readonly href: string;
  readonly script: string | undefined;
}

/** The views that can give what a caller wants, for this person. */
@injectable()
class SelectorTabs {
  constructor(
    @inject(contributions(ItemSelectorViews)) private readonly views: ConditionalContributions<ItemSelectorView>,
    @inject(MessageCatalog) private readonly catalog: MessageCatalog,
  ) {}

  matching(access: AccessContext, criterion: ItemSelectorCriterion): readonly SelectorTab[] {
    const visible = this.views.visible(access, criterion.uploads ? ['uploads'] : []);
    const tabs = this.views.each<SelectorTab | undefined>((view, { id, module }) => {
      if (!view.itemTypes.includes(criterion.itemType)) return undefined;
      if (!criterion.returnTypes.some((type) => view.returnTypes.includes(type))) return undefined;
      return {
        id,
        module,
        label: this.catalog.for(module).text(view.label, {}, access.locale),
        icon: view.icon,
        href: `${view.href}?${criterionQuery(criterion)}`,
        script: view.script,
      };
    }, visible);
    return tabs.filter((tab) => tab !== undefined);
  }
}

const returnTypes: readonly string[] = ['image-url', 'file-url', 'document-id'] satisfies ReturnType[];

const query = z.strictObject({
  type: z.enum(['image', 'document']).default('image'),
  return: z.string().max(200).default('image-url'),
  uploads: z.enum(['true', 'false']).default('false'),
});

/** The dialog Select Image. What a tab shows, and who may see it, is the business of the module that contributes it. */
@injectable()
export class SelectorRoutes implements HttpRoutes {
  readonly prefix = '~/item-selector';

  constructor(@inject(SelectorTabs) private readonly tabs: SelectorTabs) {}

  register(router: Router): void {
    router.get('/', { access: 'signed-in', query }, (ctx) => {
      const { type, uploads } = ctx.input.query;
      const wanted = ctx.input.query.return.split(',').filter((value): value is ReturnType => returnTypes.includes(value));
      if (wanted.length === 0) throw invalidInput({ return: ctx.text('return-unknown') }, ctx.text('return-unknown'));
      const criterion = { itemType: type, returnTypes: wanted, uploads: uploads === 'true' };
      const tabs = this.tabs.matching(ctx.access, criterion);
      const isPage = ctx.get('X-Portico-Fragment') !== '1';
      const title = ctx.text(type === 'image' ? 'title-image' : 'title-document');
      const model = {
        title,
        isPage,
        tabs: tabs.map((tab, index) => ({ ...tab, href: ctx.url(tab.href), isFirst: index === 0 })),
      };
      ctx.render('selector', model, { title, layout: isPage ? 'page' : 'none' });
    });
  }
}
