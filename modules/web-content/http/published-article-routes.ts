import { type HttpRoutes, inject, injectable, type Router } from '@portico/core';
import { Articles } from '../services/articles.js';
import { addressParams } from './input.js';

/** What visitors read. */
@injectable()
export class PublishedArticleRoutes implements HttpRoutes {
  readonly prefix = '~/articles';

  constructor(@inject(Articles) private readonly articles: Articles) {}

  register(router: Router): void {
    router.get('/:address', { access: 'public', params: addressParams }, async (ctx) => {
      const article = await this.articles.published(ctx.access, ctx.input.params.address);
      ctx.render('published-article', { article }, { title: article.title, layout: 'site' });
    });
  }
}
