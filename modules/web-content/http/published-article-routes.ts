import { type HttpRoutes, inject, injectable, type Router } from '@portico/core';
import { Articles } from '../services/articles.js';
import { addressParams } from './input.js';

/** What only the editor asks for; the cleaned text writes each attribute with double quotes. */
const suggestedCaptions = /(<img(?: [\w-]+="[^"]*")*?) data-suggested-caption="[^"]*"/g;

/** What visitors read. */
@injectable()
export class PublishedArticleRoutes implements HttpRoutes {
  readonly prefix = '~/articles';

  constructor(@inject(Articles) private readonly articles: Articles) {}

  register(router: Router): void {
    router.get('/:address', { access: 'public', params: addressParams }, async (ctx) => {
      const article = await this.articles.published(ctx.access, ctx.input.params.address);
      const body = article.body.replace(suggestedCaptions, '$1');
      ctx.render('published-article', { article: { ...article, body } }, { title: article.title, layout: 'site' });
    });
  }
}
