import { type HttpRoutes, Ids, inject, injectable, PortalError, type RouteContext, type Router } from '@portico/core';
import { chosenSorting, sortedListModel } from '@portico/core/util';
import {
  type Article,
  type ArticleInput,
  articleOrders,
  bodyLimit,
  fingerprint,
  mergeArticle,
  type SeenArticle,
} from '../services/article.js';
import { ArticlePermissions, Articles, type SavedArticle } from '../services/articles.js';
import { type Draft, Drafts } from '../services/drafts.js';
import { ArticleDocuments, notVisible } from './article-documents.js';
import {
  type ArticleForm,
  articleForm,
  articleParams,
  articleQuery,
  draftAnswer,
  draftForm,
  draftParams,
  listQuery,
  maxArticleBytes,
} from './input.js';

const edit = { permission: ArticlePermissions.edit };

/** What the editor's script says; it has no words of its own. */
const editorMessages = [
  ...['bold', 'italic', 'heading-2', 'heading-3', 'bullet-list', 'ordered-list', 'blockquote'],
  ...['link', 'link-prompt', 'link-apply', 'link-wrong', 'image', 'undo', 'redo', 'toolbar'],
  ...['caption', 'caption-placeholder', 'caption-offered', 'caption-add', 'alt-text', 'alt-text-help'],
  ...['table', 'table-row-add', 'table-column-add', 'table-row-delete', 'table-column-delete', 'table-delete'],
  ...['pictures-left-out', 'things-left-out', 'links-as-text', 'links-left-out', 'remarks-left-out', 'only-pictures'],
  ...['picture-failed', 'picture-refused', 'pasted-picture', 'note-close', 'select-image'],
];
const draftMessages = ['kept', 'not-kept', 'too-long', 'found', 'take', 'discard'];

/** A form as it is shown. */
interface ShownForm {
  readonly input: ArticleInput;
  readonly revision: number;
  readonly seen: SeenArticle;
  /** Id of the form; a new one when left out. */
  readonly form?: string;
  readonly article?: Article;
  readonly error?: PortalError;
  /** Fields that somebody else changed too, as they made them. */
  readonly theirs?: readonly { readonly label: string; readonly text?: string; readonly html?: string }[];
  /** What this person wrote before and did not save. */
  readonly draft?: Draft;
}

/** Where authors list, write and publish articles. */
@injectable()
export class ArticleRoutes implements HttpRoutes {
  readonly prefix = '~/web-content';

  constructor(
    @inject(Articles) private readonly articles: Articles,
    @inject(Drafts) private readonly drafts: Drafts,
    @inject(Ids) private readonly ids: Ids,
    @inject(ArticleDocuments) private readonly documents: ArticleDocuments,
  ) {}

  register(router: Router): void {
    router.get('/', { access: edit, query: listQuery }, async (ctx) => {
      const { q, after, before, ...wanted } = ctx.input.query;
      const sorting = chosenSorting(ctx, 'articles', articleOrders, wanted, 'modified');
      const { articles, ...page } = await this.articles.list(ctx.access, { search: q, sorting, after, before });
      const list = sortedListModel(ctx, {
        keys: articleOrders,
        sorting,
        columns: ['title', 'modified'],
        label: (order) => ctx.text(`list.${order}`),
        query: { q },
        page,
        shown: articles.length,
      });
      ctx.render('articles', { ...list, q, articles }, { title: ctx.text('title') });
    });

    router.get('/new', { access: edit }, (ctx) =>
      this.show(ctx, { input: { title: '', address: '', body: '' }, revision: 0, seen: {} }),
    );

    const form = { access: edit, body: articleForm, maxBodyBytes: maxArticleBytes };
    router.post('/new', form, (ctx) => this.saveOrGoBack(ctx, ctx.input.body));

    router.get('/articles/:id', { access: edit, params: articleParams, query: articleQuery }, async (ctx) => {
      const article = await this.articles.find(ctx.access, ctx.input.params.id);
      const drafts = await this.drafts.of(ctx.access, article.id);
      const wanted = drafts.find(({ id }) => id === ctx.input.query.draft);
      if (wanted) {
        const { id, revision, seen } = wanted;
        this.show(ctx, { input: wanted, revision, seen, form: id, article });
      } else this.show(ctx, { ...formOf(article), article, draft: drafts[0] });
    });

    router.post('/articles/:id', { ...form, params: articleParams }, (ctx) =>
      this.saveOrGoBack(ctx, ctx.input.body, ctx.input.params.id),
    );

    router.post('/articles/:id/unpublish', { access: edit, params: articleParams }, async (ctx) => {
      const { id, title } = await this.articles.unpublish(ctx.access, ctx.input.params.id);
      ctx.redirectWith(`~/web-content/articles/${id}`, ctx.text('unpublished', { title }));
    });

    router.post('/articles/:id/delete', { access: edit, params: articleParams }, async (ctx) => {
      const { title } = await this.articles.delete(ctx.access, ctx.input.params.id);
      ctx.redirectWith('~/web-content', ctx.text('deleted', { title: title || ctx.text('untitled') }));
    });

    this.registerDrafts(router);
  }

  /** What a form keeps of itself, and what becomes of it. */
  private registerDrafts(router: Router): void {
    const keep = { access: edit, body: draftForm, answers: 'json', answer: draftAnswer, maxBodyBytes: maxArticleBytes } as const;
    router.post('/drafts', keep, async (ctx) => {
      const { article, revision, seen } = await this.drafts.keep(ctx.access, ctx.input.body);
      ctx.body = { article, revision, seen, href: ctx.url(`~/web-content/articles/${article}`) };
    });

    router.post('/articles/:id/drafts/:draft/discard', { access: edit, params: draftParams }, async (ctx) => {
      const { id, draft } = ctx.input.params;
      await this.drafts.discard(ctx.access, draft);
      ctx.redirectWith(`~/web-content/articles/${id}`, ctx.text('draft.discarded'));
    });
  }

  /** Who was asked and goes back gets the form as it was, and nothing is saved. */
  private async saveOrGoBack(ctx: RouteContext, form: ArticleForm, id?: string): Promise<void> {
    if (form.intent !== 'back') return this.save(ctx, form, id);
    const seen = { title: form.seenTitle, address: form.seenAddress, body: form.seenBody };
    const article = id ? await this.articles.find(ctx.access, id) : undefined;
    this.show(ctx, { input: form, revision: form.revision, seen, form: form.form, article });
  }

  /** Saves and leads on; what cannot be saved is shown again with everything that was typed. */
  private async save(ctx: RouteContext, form: ArticleForm, id?: string): Promise<void> {
    const publish = form.intent.startsWith('publish');
    const seen = { title: form.seenTitle, address: form.seenAddress, body: form.seenBody };
    try {
      const existing = id ? { id, revision: form.revision, seen } : undefined;
      const checked = publish ? await this.articles.textOf(ctx.access, form, existing) : undefined;
      const hidden = checked === undefined ? [] : await this.documents.hidden(ctx, checked);
      const isAnswered = form.intent === 'publish-visible' && hidden.every(({ mayShow }) => mayShow);
      if (hidden.length > 0 && !isAnswered) throw notVisible(ctx, hidden);
      const saved = await this.articles.save(ctx.access, form, { publish, checked, existing, form: form.form });
      await this.documents.makeVisible(ctx, hidden);
      const withheld = publish ? await this.documents.withheld(ctx, saved.article.body) : [];
      const sentences = [
        ctx.text(publish ? 'published' : 'saved', { title: saved.article.title }),
        ...notesOf(ctx, saved),
        ...(withheld.length > 0
          ? [ctx.text('published.withheld', { count: withheld.length, names: withheld.slice(0, 3).join(', ') })]
          : []),
      ];
      const place = publish ? `~/articles/${saved.article.address}` : `~/web-content/articles/${saved.article.id}`;
      ctx.redirectWith(place, sentences.join(' '), sentences.length > 1 ? 'warning' : 'success');
    } catch (error) {
      if (!(error instanceof PortalError) || ![400, 409].includes(error.status)) throw error;
      if (error.code === 'pictures-not-visible' && ctx.accepts('html', 'json') === 'json') throw error;
      // The form of a new article may have made one already.
      const found = id ?? error.details.article;
      const article = typeof found === 'string' ? await this.articles.find(ctx.access, found) : undefined;
      if (article && error.code === 'article-conflict') this.showConflict(ctx, { form, seen, article, error });
      else this.show(ctx, { input: form, revision: form.revision, seen, form: form.form, article, error });
    }
  }

  /**
   * What both changed stands twice: in the form as it was sent, and below as the other person made it. The form is now made from what is kept, so
   * that the next press of a button decides for what is in it.
   */
  private showConflict(
    ctx: RouteContext,
    conflict: { readonly form: ArticleForm; readonly seen: SeenArticle; readonly article: Article; readonly error: PortalError },
  ): void {
    const { form, article, error } = conflict;
    const { values, conflicts } = mergeArticle(form, conflict.seen, article);
    const theirs = conflicts.map((field) => ({
      label: ctx.text(`form.${field}`),
      ...(field === 'body' ? { html: article.body } : { text: article[field] }),
    }));
    this.show(ctx, { ...formOf(article), input: values, form: form.form, article, error, theirs });
  }

  private show(ctx: RouteContext, { form = this.ids.next(), article, error, ...shown }: ShownForm): void {
    const title = article && (article.title || ctx.text('untitled'));
    const model = {
      ...shown,
      form,
      article,
      title,
      bodyLimit,
      message: error?.message,
      asks: error?.code === 'pictures-not-visible' && { mayShow: error.details.mayShow },
      fields: error?.details.fields ?? {},
      messages: Object.fromEntries(editorMessages.map((key) => [key, ctx.compiled(`editor.${key}`)])),
      draftMessages: Object.fromEntries(draftMessages.map((key) => [key, ctx.compiled(`draft.${key}`)])),
    };
    const heading = article ? ctx.text('edit-title', { title: title ?? '' }) : ctx.text('new-title');
    ctx.render('article-form', model, { title: heading, status: error?.status ?? 200 });
  }
}

/** A form that shows an article as it is. */
function formOf(article: Article): Pick<ShownForm, 'input' | 'revision' | 'seen'> {
  const { title, address, body, revision } = article;
  return { input: { title, address, body }, revision, seen: { title, address, body: fingerprint(body) } };
}

/** What the author must know of a text that is not quite what was sent. */
function notesOf(ctx: RouteContext, { removed, others }: SavedArticle): readonly string[] {
  const { pictures, things, links } = removed;
  // A place of somebody's computer, or code, is named by its kind alone.
  const shown = links
    .slice(0, 3)
    .map((address) => /^(?:file|data|blob|javascript|vbscript):/i.exec(address)?.[0] ?? address.slice(0, 100));
  return [
    ...(pictures > 0 ? [ctx.text('removed.pictures', { count: pictures })] : []),
    ...(things > 0 ? [ctx.text('removed.things', { count: things })] : []),
    ...(links.length > 0 ? [ctx.text('removed.links', { count: links.length, addresses: shown.join(', ') })] : []),
    ...(others.length > 0
      ? [ctx.text('form.others', { fields: others.map((field) => ctx.text(`form.${field}`)).join(', ') })]
      : []),
  ];
}
