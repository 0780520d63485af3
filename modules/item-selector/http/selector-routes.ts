import { type HttpRoutes, inject, injectable, invalidInput, type Router, z } from '@portico/core';
import type { ReturnType } from '../api/criterion.js';
import { SelectorTabs } from '../services/selector-tabs.js';

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
