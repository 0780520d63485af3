import {
  type AccessContext,
  type Activity,
  AuditLog,
  Clock,
  Ids,
  inject,
  injectable,
  invalidInput,
  LessThanOrEqual,
  type Lifetime,
  Log,
  Messages,
  notFound,
  type Person,
  PortalError,
  UnitOfWork,
} from '@portico/core';
import { every } from '@portico/core/util';
import { titleColumns } from '../entities/article.js';
import { ArticleEntity, DraftEntity } from '../entities/index.js';
import { type ArticleInput, articleFault, fingerprint, newArticle, type SeenArticle } from './article.js';
import { articleEntry } from './article-audit.js';
import { ArticlePermissions, articleOfForm, siteOf } from './articles.js';
import { HtmlCleaner } from './html-cleaner.js';

/** What a form keeps of itself while somebody writes in it. */
export interface DraftInput extends ArticleInput {
  /** Id of the form. */
  readonly form: string;
  /** Id of the article; undefined: a new one. */
  readonly article?: string;
  readonly revision: number;
  readonly seen: SeenArticle;
}

/** Where it is kept. */
export interface KeptDraft {
  readonly article: string;
  /** Revision that the form is made from now. */
  readonly revision: number;
  /** What the form counts as shown from now on; undefined: as before. */
  readonly seen?: SeenArticle;
}

export interface Draft extends ArticleInput {
  readonly id: string;
  readonly revision: number;
  readonly seen: SeenArticle;
  readonly savedAt: Date;
}

/** Of one person and article; older ones go. */
const draftsKept = 5;
/** Whoever has not come back for them in that time has other words by now. */
const daysKept = 90;
const day = 86_400_000;
const sweepEveryMillis = 6 * 3_600_000;

/**
 * Articles that keep themselves. What is begun in a new form becomes a draft in the list, which that form goes on with until it is saved. What is
 * written in the form of an article that somebody saved is kept beside it, for the one who wrote it, and offered when they come back: an article
 * that was saved by a person is only ever changed by a person. What is kept beside an article goes 90 days after it was last written in.
 */
@injectable()
export class Drafts implements Activity {
  constructor(
    @inject(UnitOfWork) private readonly unitOfWork: UnitOfWork,
    @inject(HtmlCleaner) private readonly cleaner: HtmlCleaner,
    @inject(Clock) private readonly clock: Clock,
    @inject(Ids) private readonly ids: Ids,
    @inject(Messages) private readonly messages: Messages,
    @inject(Log) private readonly log: Log,
    @inject(AuditLog) private readonly audit: AuditLog,
  ) {}

  onStart(lifetime: Lifetime): void {
    lifetime.add(every(sweepEveryMillis, () => this.sweep(), 0));
  }

  /** @throws PortalError `invalid-input` (too long), `text-too-complex`, `not-found` (the article is gone). */
  async keep(access: AccessContext, input: DraftInput): Promise<KeptDraft> {
    const site = siteOf(access, ArticlePermissions.edit);
    const person = personOf(access);
    const fault = articleFault({ title: input.title.trim(), body: input.body }, this.messages, { mayBeUntitled: true });
    if (fault) throw invalidInput(fault, Object.values(fault).join(' '));
    const ofForm = await this.unitOfWork.read((reader) => articleOfForm(reader.repository(ArticleEntity), site, input.form));
    const isBegun = ofForm ? ofForm.begunForm !== null : input.article === undefined;
    // What is kept beside an article is shown as text of the form alone; what goes into one is cleaned, as everything that is.
    const html = isBegun ? (await this.cleaner.clean(input.body, person.id)).html : undefined;
    return this.unitOfWork.write(async (transaction) => {
      const articles = transaction.repository(ArticleEntity);
      const now = this.clock.now().getTime();
      const known = await articleOfForm(articles, site, input.form);
      if (html !== undefined && (known ? known.begunForm !== null : input.article === undefined)) {
        const row = known ?? newArticle(this.ids.next(), site, person.id, now);
        Object.assign(row, {
          ...titleColumns(input.title.trim()),
          body: html,
          address: row.id,
          begunForm: input.form,
          modifiedAt: now,
        });
        row.revision += 1;
        await articles.save(row);
        // What keeps itself every few seconds is told once: when it began.
        if (!known) await this.audit.record(transaction, articleEntry(row, { action: 'added', after: { id: row.id } }));
        return { article: row.id, revision: row.revision, seen: { title: row.title, address: '', body: fingerprint(html) } };
      }
      // A form whose article was saved, and that does not know it, goes on beside it.
      const article = await articles.findOneBy({ id: input.article ?? known?.id, siteId: site.id });
      if (!article) throw notFound('article');
      const drafts = transaction.repository(DraftEntity);
      const { form: id, title, address, body, revision } = input;
      const there = await drafts.findOneBy({ id });
      if (there && there.personId !== person.id) throw notFound('draft');
      const seen = JSON.stringify(input.seen);
      await drafts.save({ id, articleId: article.id, personId: person.id, title, address, body, revision, seen, savedAt: now });
      await transaction.query(
        `DELETE FROM web_content_draft WHERE article_id = ? AND person_id = ? AND id NOT IN
           (SELECT id FROM web_content_draft WHERE article_id = ? AND person_id = ? ORDER BY saved_at DESC LIMIT ${draftsKept})`,
        [article.id, person.id, article.id, person.id],
      );
      return { article: article.id, revision };
    });
  }

  /** What the person wrote into forms of the article and did not save, the newest first. */
  async of(access: AccessContext, articleId: string): Promise<readonly Draft[]> {
    if (!access.person) return [];
    const personId = access.person.id;
    const rows = await this.unitOfWork.read((reader) =>
      reader.repository(DraftEntity).find({ where: { articleId, personId }, order: { savedAt: 'DESC' } }),
    );
    return rows.map((row) => ({ ...row, seen: JSON.parse(row.seen) as SeenArticle, savedAt: new Date(row.savedAt) }));
  }

  /** Takes what is too old. */
  private async sweep(): Promise<void> {
    try {
      await this.unitOfWork.write((transaction) =>
        transaction.repository(DraftEntity).delete({ savedAt: LessThanOrEqual(this.clock.now().getTime() - daysKept * day) }),
      );
    } catch (error) {
      this.log.warn('Old drafts of articles could not be removed.', { error });
    }
  }

  async discard(access: AccessContext, id: string): Promise<void> {
    const site = siteOf(access, ArticlePermissions.edit);
    const person = personOf(access);
    await this.unitOfWork.write(async (transaction) => {
      const drafts = transaction.repository(DraftEntity);
      const draft = await drafts.findOneBy({ id, personId: person.id });
      if (!draft) return;
      await drafts.delete({ id });
      // By the article that others see: the words of the draft are nobody else's to read, and the log keeps its entries for years.
      const { articleId } = draft;
      const article = await transaction.repository(ArticleEntity).findOneBy({ id: articleId });
      const about = article ?? { title: '', siteId: site.id };
      await this.audit.record(transaction, articleEntry(about, { action: 'removed', before: { articleId } }, 'draft'));
    });
  }
}

function personOf({ person }: AccessContext): Person {
  if (!person) throw new PortalError('sign-in-required', 'Sign in to do this.', { status: 401 });
  return person;
}
