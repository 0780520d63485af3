import { type HttpRoutes, inject, injectable, PortalError, type RouteContext, type Router, z } from '@portico/core';
import type { Article, ArticleInput } from '../services/article.js';
import { ArticlePermissions, Articles, type Cursor } from '../services/articles.js';

const articleParams = z.strictObject({ id: z.uuid() });
const addressParams = z.strictObject({ address: z.string().min(1).max(100) });

const articleForm = z.strictObject({
  title: z.string(),
  address: z.string().default(''),
  body: z.string().default(''),
  revision: z.coerce.number().int().min(0).default(0),
  intent: z.enum(['publish', 'draft']).default('draft'),
});
type ArticleForm = z.output<typeof articleForm>;

/** A cursor in an address: `<milliseconds>.<id>`. */
const listQuery = z.strictObject({
  after: z
    .string()
    .regex(/^\d{1,16}\.[0-9a-f-]{36}$/)
    .transform((text): Cursor => {
      const [modifiedAt = '0', id = ''] = text.split('.');
      return { modifiedAt: Number(modifiedAt), id };
    })
    .optional(),
});

const writeCursor = ({ modifiedAt, id }: Cursor): string => `${modifiedAt}.${id}`;

const edit = { permission: ArticlePermissions.edit };

/** What the editor's script says; it has no words of its own. */
const editorMessages = [
  ...['bold', 'italic', 'heading-2', 'heading-3', 'bullet-list', 'ordered-list', 'blockquote'],
  ...['link', 'link-prompt', 'link-apply', 'link-wrong', 'image', 'undo', 'redo', 'toolbar'],
  ...['caption', 'caption-placeholder', 'caption-offered', 'caption-add'],
];

/** Where authors list, write and publish articles. */
@injectable()
export class ArticleRoutes implements HttpRoutes {
  readonly prefix = '~/web-content';

  constructor(@inject(Articles) private readonly articles: Articles) {}

  register(router: Router): void {
    router.get('/', { access: edit, query: listQuery }, async (ctx) => {
      const { articles, next } = await this.articles.list(ctx.access, ctx.input.query.after);
      const model = { articles, next: next && writeCursor(next), first: ctx.input.query.after === undefined };
      ctx.render('articles', model, { title: ctx.text('title') });
    });

    router.get('/new', { access: edit }, (ctx) => this.show(ctx, { title: '', address: '', body: '' }));

    router.post('/new', { access: edit, body: articleForm }, (ctx) => this.save(ctx, ctx.input.body));

    router.get('/articles/:id', { access: edit, params: articleParams }, async (ctx) => {
      const article = await this.articles.find(ctx.access, ctx.input.params.id);
      this.show(ctx, article, { article });
    });

    router.post('/articles/:id', { access: edit, params: articleParams, body: articleForm }, (ctx) =>
      this.save(ctx, ctx.input.body, ctx.input.params.id),
    );

    router.post('/articles/:id/unpublish', { access: edit, params: articleParams }, async (ctx) => {
      const { id, title } = await this.articles.unpublish(ctx.access, ctx.input.params.id);
      ctx.redirectWith(`~/web-content/articles/${id}`, ctx.text('unpublished', { title }));
    });

    router.post('/articles/:id/delete', { access: edit, params: articleParams }, async (ctx) => {
      const { title } = await this.articles.delete(ctx.access, ctx.input.params.id);
      ctx.redirectWith('~/web-content', ctx.text('deleted', { title }));
    });
  }

  /** Saves and leads on; what cannot be saved is shown again with everything that was typed. */
  private async save(ctx: RouteContext, form: ArticleForm, id?: string): Promise<void> {
    const publish = form.intent === 'publish';
    try {
      const article = await this.articles.save(ctx.access, form, {
        publish,
        existing: id ? { id, revision: form.revision } : undefined,
      });
      const sentence = ctx.text(publish ? 'published' : 'saved', { title: article.title });
      ctx.redirectWith(publish ? `~/articles/${article.address}` : `~/web-content/articles/${article.id}`, sentence);
    } catch (error) {
      if (!(error instanceof PortalError) || ![400, 409].includes(error.status)) throw error;
      const article = id ? await this.articles.find(ctx.access, id) : undefined;
      this.show(ctx, form, { article, error });
    }
  }

  private show(
    ctx: RouteContext,
    input: ArticleInput,
    { article, error }: { article?: Article; error?: PortalError } = {},
  ): void {
    const conflict = error?.code === 'article-conflict';
    const model = {
      input,
      article,
      /** After a conflict the next press of the button saves over what the other person wrote: both texts are on the screen. */
      revision: article?.revision ?? 0,
      theirs: conflict ? article : undefined,
      message: error?.message,
      fields: error?.details.fields ?? {},
      messages: Object.fromEntries(editorMessages.map((key) => [key, ctx.compiled(`editor.${key}`)])),
    };
    const title = article ? ctx.text('edit-title', { title: article.title }) : ctx.text('new-title');
    ctx.render('article-form', model, { title, status: error?.status ?? 200 });
  }
}

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
