import { type HttpRoutes, inject, injectable, type Router } from '@portico/core';
import type { PublishedArticle } from '../services/article.js';
import { Articles } from '../services/articles.js';
import { addressParams } from './input.js';

/** The opening tags of a cleaned body, each whole: what a value says is none. */
const opening = /<([a-z][a-z0-9]*)([^>"]*(?:"[^"]*"[^>"]*)*)>/g;
/** What has a side: signs of items, a line beside it, the first column. Paragraphs turn by a rule of the style sheet. */
const sided = new Set(['ul', 'ol', 'blockquote', 'table']);

/** Lists, quotations and tables run in the direction of their own words. */
function withDirections(body: string): string {
  return body.replace(opening, (tag: string, name: string, attributes: string) =>
    sided.has(name) ? `<${name} dir="auto"${attributes}>` : tag,
  );
}

/** What only the editor asks for; the cleaned text writes each attribute with double quotes. */
const suggestedCaptions = /(<img(?: [\w-]+="[^"]*")*?) data-suggested-caption="[^"]*"/g;

/** Characters of all bodies that are kept; the longest body has an eighth of them. */
const mostCharacters = 4_000_000;

/** What visitors read. */
@injectable()
export class PublishedArticleRoutes implements HttpRoutes {
  readonly prefix = '~/articles';
  /** Bodies as visitors get them, by article; the one that was made first goes first. */
  private readonly shown = new Map<string, { readonly revision: number; readonly body: string }>();
  private characters = 0;

  constructor(@inject(Articles) private readonly articles: Articles) {}

  register(router: Router): void {
    router.get('/:address', { access: 'public', params: addressParams }, async (ctx) => {
      const article = await this.articles.published(ctx.access, ctx.input.params.address);
      const { title } = article;
      ctx.render('published-article', { article: { ...article, body: this.bodyOf(article) } }, { title, layout: 'site' });
    });
  }

  /** Made once for all who read a revision. */
  private bodyOf({ id, revision, body: stored }: PublishedArticle): string {
    const known = this.shown.get(id);
    if (known?.revision === revision) return known.body;
    const body = withDirections(stored.replace(suggestedCaptions, '$1'));
    this.shown.delete(id);
    this.shown.set(id, { revision, body });
    this.characters += body.length - (known?.body.length ?? 0);
    for (const [oldest, { body: dropped }] of this.shown) {
      if (this.characters <= mostCharacters) break;
      this.shown.delete(oldest);
      this.characters -= dropped.length;
    }
    return body;
  }
}
