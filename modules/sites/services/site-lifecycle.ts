import {
  type AccessContext,
  type Activity,
  AuditLog,
  Clock,
  type Contributions,
  contributions,
  inject,
  injectable,
  Jobs,
  type Lifetime,
  Log,
  MessageCatalog,
  notFound,
  type PageAddition,
  PortalError,
  type Site,
  type SiteContent,
  SiteContents,
  type Transaction,
  UnitOfWork,
} from '@portico/core';
import { every } from '@portico/core/util';
import { SiteEntity, type SiteState } from '../entities/site-entity.js';
import { type SiteAway, SiteRepository } from './site-repository.js';
import { TrashSettings } from './trash-settings.js';

/** Kind of the job that erases a site. */
export const eraseKind = 'sites.erase';

/** How much of something a site has, in words. */
export interface ContentCount {
  readonly label: string;
  readonly count: number;
}

const dayMillis = 86_400_000;
const lookMillis = 3_600_000;

/** Sites whose time in the trash is over, and those that were not erased to the end. */
@injectable()
class Overdue {
  constructor(
    @inject(SiteRepository) private readonly sites: SiteRepository,
    @inject(Clock) private readonly clock: Clock,
    @inject(Jobs) private readonly jobs: Jobs,
    @inject(Log) private readonly log: Log,
  ) {}

  async each(days: number, work: (away: SiteAway) => Promise<unknown>): Promise<void> {
    const before = this.clock.now().getTime() - days * dayMillis;
    const isDue = ({ state, since, site }: SiteAway): boolean =>
      state === 'erasing' ? !this.jobs.isOpen(eraseKind, site.address) : state === 'deleted' && since.getTime() < before;
    for (const away of this.sites.allAway().filter(isDue))
      await work(away).catch((error: unknown) => this.log.error('A site could not be erased.', { site: away.site.id, error }));
  }
}

/**
 * What becomes of a site that nobody wants to work on any more.
 *
 * Archived, it can be read and not changed, and no list has it. Deleted, it is in the trash: nobody gets there, and nothing of it is gone, so that it can be
 * restored as it was. When its time there is over, or somebody who types its address says so, it is erased by a job (erase-site.ts), which nothing brings
 * back. Its address is its own until the end. One site always stays in use. Each step is one transaction with its entry in the audit log.
 */
@injectable()
export class SiteLifecycle implements Activity {
  constructor(
    @inject(SiteRepository) private readonly sites: SiteRepository,
    @inject(UnitOfWork) private readonly unitOfWork: UnitOfWork,
    @inject(AuditLog) private readonly audit: AuditLog,
    @inject(Jobs) private readonly jobs: Jobs,
    @inject(contributions(SiteContents)) private readonly contents: Contributions<SiteContent>,
    @inject(MessageCatalog) private readonly messages: MessageCatalog,
    @inject(TrashSettings) private readonly settings: TrashSettings,
    @inject(Overdue) private readonly overdue: Overdue,
  ) {}

  onStart(lifetime: Lifetime): void {
    lifetime.add(
      every(lookMillis, () => this.overdue.each(this.settings.days, ({ site }) => this.erase(site.id)), lookMillis / 60),
    );
  }

  get trashDays(): number {
    return this.settings.days;
  }

  archive(id: string): Promise<Site> {
    return this.change(id, ['active'], 'archived', 'archived');
  }

  delete(id: string): Promise<Site> {
    return this.change(id, ['active', 'archived'], 'deleted', 'deleted');
  }

  restore(id: string): Promise<Site> {
    return this.change(id, ['archived', 'deleted'], 'active', 'restored');
  }

  /** Begins to erase a site that is in the trash; answers the id of the job. */
  async erase(id: string): Promise<string> {
    return this.unitOfWork.write(async (transaction) => {
      const { address, name } = await this.enter(transaction, id, ['deleted', 'erasing'], 'erasing', 'erasing');
      return this.jobs.enqueue(transaction, { kind: eraseKind, subject: address, title: name, scope: 'instance', input: { id } });
    });
  }

  /** What a site has, in the words of the modules; what there is nothing of is left out. */
  async contentsOf(siteId: string, locale?: string): Promise<readonly ContentCount[]> {
    const counts = await this.unitOfWork.read(async (reader) => {
      const found: ContentCount[] = [];
      for (const { module, value } of this.contents.all()) {
        const label = this.messages.for(module).text(value.label, undefined, locale);
        found.push({ label, count: await value.count(reader, siteId) });
      }
      return found;
    });
    return counts.filter(({ count }) => count > 0);
  }

  private change(id: string, from: readonly SiteState[], to: SiteState, action: string): Promise<Site> {
    return this.unitOfWork.write((transaction) => this.enter(transaction, id, from, to, action));
  }

  private async enter(
    transaction: Transaction,
    id: string,
    from: readonly SiteState[],
    to: SiteState,
    action: string,
  ): Promise<Site> {
    // By the rows: what is in memory follows the commit, and may not know yet what somebody else has just done.
    const rows = transaction.repository(SiteEntity);
    const site = await rows.findOneBy({ id });
    if (!site) throw notFound('site');
    if (!from.includes(site.state))
      throw new PortalError('site-elsewhere', 'Somebody has done something else with this site meanwhile. Look again.', {
        status: 409,
      });
    if (site.state === 'active' && (await rows.countBy({ state: 'active' })) === 1)
      throw new PortalError('last-site', 'This is the only site in use: one must stay.', { status: 409 });
    const { name, address } = site;
    const changed = await this.sites.setState(transaction, id, to);
    await this.audit.record(transaction, { area: 'sites', subject: address, scope: id, action, after: { name } });
    return changed;
  }
}

/** Says on the pages of an archived site, to who is signed in, why nothing can be changed. */
@injectable()
export class ArchivedNotice implements PageAddition {
  readonly view = 'archived-notice';

  model({ person, site }: AccessContext): object | undefined {
    return person && site?.isArchived ? {} : undefined;
  }
}
