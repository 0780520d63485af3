import {
  type Activity,
  inject,
  injectable,
  type Lifetime,
  Log,
  type Person,
  type Site,
  type SiteVisits,
  toDisposable,
  UnitOfWork,
} from '@portico/core';
import { every } from '@portico/core/util';
import { LastSiteEntity } from '../entities/last-site-entity.js';
import { Directory } from './directory.js';

const flushMillis = 60_000;

/** In which site each person was last: in memory, and written now and then. */
@injectable()
export class LastSites implements SiteVisits, Activity {
  private sites = new Map<string, string>();
  private unwritten = new Set<string>();

  constructor(
    @inject(UnitOfWork) private readonly unitOfWork: UnitOfWork,
    @inject(Directory) private readonly directory: Directory,
    @inject(Log) private readonly log: Log,
  ) {}

  async onStart(lifetime: Lifetime): Promise<void> {
    const rows = await this.unitOfWork.read((reader) => reader.repository(LastSiteEntity).find());
    this.sites = new Map(rows.map(({ personId, siteId }) => [personId, siteId]));
    this.unwritten = new Set();
    lifetime.add(toDisposable(() => this.flush()));
    lifetime.add(
      every(flushMillis, () =>
        this.flush().catch((error: unknown) => {
          this.log.warn('Where people were last could not be written; it will be, next time.', { error });
        }),
      ),
    );
  }

  of(personId: string): string | undefined {
    return this.sites.get(personId);
  }

  entered({ id: personId }: Person, { id: siteId }: Site): void {
    if (this.sites.get(personId) === siteId) return;
    this.sites.set(personId, siteId);
    this.unwritten.add(personId);
  }

  /** Called now and then, never by a request. Nothing is kept of people who are no more. */
  private async flush(): Promise<void> {
    const people = [...this.unwritten];
    if (people.length === 0) return;
    this.unwritten = new Set();
    try {
      await this.unitOfWork.write(async (transaction) => {
        const repository = transaction.repository(LastSiteEntity);
        for (const personId of people) {
          const siteId = this.sites.get(personId);
          if (siteId === undefined || !this.directory.byId(personId)) await repository.delete({ personId });
          else await repository.upsert({ personId, siteId }, ['personId']);
        }
      });
    } catch (error) {
      for (const personId of people) this.unwritten.add(personId);
      throw error;
    }
  }
}
