import {
  type AccessContext,
  Clock,
  Ids,
  In,
  IsNull,
  inject,
  injectable,
  invalidInput,
  Messages,
  Not,
  notFound,
  PortalError,
  type ReadRepository,
  type Site,
  type Transaction,
  UnitOfWork,
} from '@portico/core';
import { readKeysetPage, searchPatterns } from '@portico/core/util';
import { titleColumns } from '../entities/article.js';
import { ArticleEntity, DraftEntity } from '../entities/index.js';
import {
  type Article,
  type ArticleInput,
  type ArticlePage,
  type ArticleQuery,
  articleAddress,
  articleFault,
  articleOrders,
  lastChangedFirst,
  mergeArticle,
  newArticle,
  type PublishedArticle,
  type SeenArticle,
  toArticle,
  toPublished,
} from './article.js';
import { HtmlCleaner } from './html-cleaner.js';
import type { Removed } from './sanitizer.js';

export const ArticlePermissions = {
  view: 'web-content.view-articles',
  edit: 'web-content.edit-articles',
} as const;

const pageSize = 20;

/** The form that an article is saved from. */
export interface SavedForm {
  /** Its id; what was kept of it by itself goes when it is saved. */
  readonly form?: string;
  readonly publish: boolean;
  /** The text that was looked at before publishing, as `textOf` answered it: what somebody else put there since is not published. */
  readonly checked?: string;
  /** The article, its revision when the form was shown, and what the form showed of it. */
  readonly existing?: { readonly id: string; readonly revision: number; readonly seen?: SeenArticle };
}

export interface SavedArticle {
  readonly article: Article;
  /** What could not stay in the text. */
  readonly removed: Removed;
  /** Fields that somebody else changed meanwhile, and that stay as they made them. */
  readonly others: readonly (keyof ArticleInput)[];
}

/**
 * Writing and publishing articles; every call is bound to the site of `access`.
 *
 * What comes in is HTML that somebody's browser sent, and what visitors get is stored HTML, put into the page as it is. So everything passes `HtmlCleaner`
 * before it is stored, whatever the editor did already, and nothing that was not cleaned reaches the table: when cleaning fails, saving fails.
 *
 * A row holds two texts. `title` and `body` are the draft, which those see who may edit; `publishedTitle` and `publishedBody` are what visitors read, null
 * while nothing is published. Saving writes the draft; publishing copies it over; taking back empties the published ones and keeps the draft. Visitors
 * never meet a draft, not by its address, in a list or in a count.
 *
 * A save names the revision that its form was made from, and what the form showed. Where another save came between, only those fields are written that
 * were changed in the form; a field that both changed refuses all of it (`article-conflict`) and the form comes back with both texts: nobody's text is
 * overwritten in silence. What cleaning took away is answered with the article, for a sentence. An address is unique in its site; one that was wished for is refused when taken, one that
 * is made from the title gets a number. A form makes one article, however often it is sent and whichever answers were lost: an article knows the form that it
 * was begun or first saved in, and what the form says again is a change of that one. Permission is asked first, and what may not be seen answers as what does not exist.
 */
@injectable()
export class Articles {
  constructor(
    @inject(UnitOfWork) private readonly unitOfWork: UnitOfWork,
    @inject(HtmlCleaner) private readonly cleaner: HtmlCleaner,
    @inject(Clock) private readonly clock: Clock,
    @inject(Ids) private readonly ids: Ids,
    @inject(Messages) private readonly messages: Messages,
  ) {}

  /** A page of the articles of the site. */
  async list(
    access: AccessContext,
    { search = '', sorting = lastChangedFirst, after, before }: ArticleQuery,
  ): Promise<ArticlePage> {
    const site = siteOf(access, ArticlePermissions.edit);
    const patterns = searchPatterns(search);
    return this.unitOfWork.read(async (reader) => {
      const { ids, ...page } = await readKeysetPage(reader, {
        place: {
          table: 'web_content_article',
          within: { sql: 'site_id = ?', values: [site.id] },
          match: { sql: patterns.map(() => " AND search_text LIKE ? ESCAPE '!'").join(''), values: patterns },
          read: 'search_text',
        },
        key: articleOrders[sorting.order],
        direction: sorting.direction,
        after,
        before,
        limit: pageSize,
      });
      const rows = await reader.repository(ArticleEntity).find({ where: { id: In([...ids]) } });
      const rowById = new Map(rows.map((row) => [row.id, row]));
      return {
        ...page,
        articles: ids
          .map((id) => rowById.get(id))
          .filter((row) => row !== undefined)
          .map(toArticle),
      };
    });
  }

  /** @throws PortalError `not-found` */
  async find(access: AccessContext, id: string): Promise<Article> {
    const site = siteOf(access, ArticlePermissions.edit);
    const row = await this.unitOfWork.read((reader) => reader.repository(ArticleEntity).findOneBy({ id, siteId: site.id }));
    if (!row) throw notFound('article');
    return toArticle(row);
  }

  /** @throws PortalError `not-found` while nothing is published at the address. */
  async published(access: AccessContext, address: string): Promise<PublishedArticle> {
    const site = siteOf(access, ArticlePermissions.view);
    const row = await this.unitOfWork.read((reader) => reader.repository(ArticleEntity).findOneBy({ address, siteId: site.id }));
    if (!row || row.publishedAt === null) throw notFound('article');
    return toPublished(row);
  }

  /** The newest published articles; at most 20. */
  async latest(access: AccessContext): Promise<readonly PublishedArticle[]> {
    if (!access.site || !access.can(ArticlePermissions.view)) return [];
    const site = access.site;
    const rows = await this.unitOfWork.read((reader) =>
      reader.repository(ArticleEntity).find({
        where: { siteId: site.id, publishedAt: Not(IsNull()) },
        order: { publishedAt: 'DESC', id: 'DESC' },
        take: pageSize,
      }),
    );
    return rows.map(toPublished);
  }

  /** The text that saving a form would leave: where only somebody else changed it meanwhile, theirs. */
  async textOf(access: AccessContext, input: ArticleInput, existing: SavedForm['existing']): Promise<string> {
    const known = existing && (await this.find(access, existing.id));
    if (!known || known.revision === existing.revision) return input.body;
    const { html: body } = await this.clean(access, input);
    return mergeArticle({ ...input, body }, existing.seen ?? {}, known).values.body;
  }

  /**
   * Saves a new article, or a change of one; published at once when asked for. Of a form that is older than the article only those fields are
   * written that were changed in it.
   * @throws PortalError `invalid-input`, `text-too-complex`, `address-taken`; `article-conflict` with the names of the fields that both changed.
   */
  async save(access: AccessContext, input: ArticleInput, { form, publish, checked, existing }: SavedForm): Promise<SavedArticle> {
    const site = siteOf(access, ArticlePermissions.edit);
    const title = input.title.trim();
    const fault = articleFault({ title, body: input.body }, this.messages, { mayBeUntitled: false });
    if (fault) throw invalidInput(fault);
    const { html: body, removed } = await this.clean(access, input);
    return this.unitOfWork.write(async (transaction) => {
      const articles = transaction.repository(ArticleEntity);
      const now = this.clock.now().getTime();
      const known = existing
        ? await articles.findOneBy({ id: existing.id, siteId: site.id })
        : form && (await articleOfForm(articles, site, form));
      if (existing && !known) throw notFound('article');
      const row = known || newArticle(this.ids.next(), site, access.person?.id ?? '', now);
      // What the form kept by itself is its own text, also when it never heard of that.
      const goesOn = existing === undefined && row.begunForm !== null;
      const merged =
        known && !goesOn && known.revision !== existing?.revision
          ? this.merge({ ...input, body }, existing?.seen ?? {}, known)
          : undefined;
      if (publish && checked !== undefined && merged?.others.includes('body') && merged.values.body !== checked)
        throw this.conflict(row.id, ['body']);
      const wanted = input.address.trim() === '' ? undefined : (merged?.values.address ?? articleAddress(input.address));
      Object.assign(row, titleColumns(merged?.values.title ?? title));
      row.body = merged?.values.body ?? body;
      if (!known) row.createdForm = form ?? null;
      // The address of one that was only begun is none: nobody has chosen it, and its title was not finished.
      if (row.begunForm !== null) Object.assign(row, { createdForm: row.begunForm, begunForm: null, address: '' });
      row.address = await this.address(transaction, site, row, wanted);
      row.modifiedAt = now;
      row.revision += 1;
      if (publish)
        Object.assign(row, { publishedTitle: row.title, publishedBody: row.body, publishedAt: row.publishedAt ?? now });
      if (form) await transaction.repository(DraftEntity).delete({ id: form, personId: access.person?.id ?? '' });
      return { article: toArticle(await articles.save(row)), removed, others: merged?.others ?? [] };
    });
  }

  private merge(input: ArticleInput, seen: SeenArticle, row: ArticleEntity): ReturnType<typeof mergeArticle> {
    const merged = mergeArticle(input, seen, toArticle(row));
    if (merged.conflicts.length === 0) return merged;
    throw this.conflict(row.id, merged.conflicts);
  }

  private conflict(article: string, conflicts: readonly (keyof ArticleInput)[]): PortalError {
    return new PortalError('article-conflict', this.messages.text('form.conflict'), {
      status: 409,
      details: { conflicts, article },
    });
  }

  private clean(access: AccessContext, { body }: ArticleInput): ReturnType<HtmlCleaner['clean']> {
    return this.cleaner.clean(body.replaceAll('\r\n', '\n'), access.person?.id ?? '');
  }

  /** Takes a published article from its visitors; the draft stays. */
  async unpublish(access: AccessContext, id: string): Promise<Article> {
    return this.change(access, id, async (row, transaction) => {
      Object.assign(row, { publishedTitle: null, publishedBody: null, publishedAt: null, revision: row.revision + 1 });
      return transaction.repository(ArticleEntity).save(row);
    });
  }

  async delete(access: AccessContext, id: string): Promise<Article> {
    return this.change(access, id, async (row, transaction) => {
      await transaction.repository(ArticleEntity).delete({ id: row.id });
      return row;
    });
  }

  private async change(
    access: AccessContext,
    id: string,
    work: (row: ArticleEntity, transaction: Transaction) => Promise<ArticleEntity>,
  ): Promise<Article> {
    const site = siteOf(access, ArticlePermissions.edit);
    return this.unitOfWork.write(async (transaction) => {
      const row = await transaction.repository(ArticleEntity).findOneBy({ id, siteId: site.id });
      if (!row) throw notFound('article');
      return toArticle(await work(row, transaction));
    });
  }

  private addressTaken(): PortalError {
    const sentence = this.messages.text('form.address-taken');
    return new PortalError('address-taken', sentence, { status: 409, details: { fields: { address: sentence } } });
  }

  /** A wanted address must be free; one that is made from the title gets a number until it is. */
  private async address(transaction: Transaction, site: Site, row: ArticleEntity, wanted: string | undefined): Promise<string> {
    const base = wanted ?? (row.address || articleAddress(row.title));
    const taken = await transaction.query<{ address: string }>(
      "SELECT address FROM web_content_article WHERE site_id = ? AND id <> ? AND (address = ? OR address LIKE ? || '-%')",
      [site.id, row.id, base, base],
    );
    const addresses = new Set(taken.map(({ address }) => address));
    if (!addresses.has(base)) return base;
    if (wanted) throw this.addressTaken();
    let number = 2;
    while (addresses.has(`${base}-${number}`)) number += 1;
    return `${base}-${number}`;
  }
}

/** The article that was made in a form, whether it was only begun or has been saved. */
export function articleOfForm(
  articles: Pick<ReadRepository<ArticleEntity>, 'findOneBy'>,
  { id: siteId }: Site,
  form: string,
): Promise<ArticleEntity | null> {
  return articles.findOneBy([
    { begunForm: form, siteId },
    { createdForm: form, siteId },
  ]);
}

/** Deny by default: without site or permission the articles do not exist. */
export function siteOf(access: AccessContext, permission: string): Site {
  if (!access.site || !access.can(permission)) throw notFound('article');
  return access.site;
}
