import { inject, injectable, type Reader, UnitOfWork } from '@portico/core';
import { LastSiteEntity } from '../entities/last-site-entity.js';
import { Directory } from './directory.js';

/** In which site each person was last: in memory, and written now and then. */
@injectable()
export class LastSites {
  private sites = new Map<string, string>();
  private unwritten = new Set<string>();

  constructor(
    @inject(UnitOfWork) private readonly unitOfWork: UnitOfWork,
    @inject(Directory) private readonly directory: Directory,
  ) {}

  of(personId: string): string | undefined {
    return this.sites.get(personId);
  }

  note(personId: string, siteId: string): void {
    if (this.sites.get(personId) === siteId) return;
    this.sites.set(personId, siteId);
    this.unwritten.add(personId);
  }

  async load(reader: Reader): Promise<void> {
    const rows = await reader.repository(LastSiteEntity).find();
    this.sites = new Map(rows.map(({ personId, siteId }) => [personId, siteId]));
    this.unwritten = new Set();
  }

  /** Called now and then, never by a request. Nothing is kept of people who are no more. */
  async flush(): Promise<void> {
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
