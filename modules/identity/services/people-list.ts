import { inject, injectable, type SqlValue, UnitOfWork } from '@portico/core';
import { searchPatterns } from '@portico/core/util';
import type { Account } from '../api/index.js';
import { Directory } from './directory.js';

/** What to list: part of an email address or a name, the people of one site, and the key where the page begins or ends. */
export interface PeopleQuery {
  readonly search?: string;
  readonly siteId?: string;
  readonly after?: string;
  readonly before?: string;
}

/** A page of a list. `next` and `previous` are keys to go on with; undefined where there is nothing more. */
export interface PeoplePage {
  readonly people: readonly Account[];
  readonly next: string | undefined;
  readonly previous: string | undefined;
}

const pageSize = 20;

/** People by email address, in pages by key. */
@injectable()
export class PeopleList {
  constructor(
    @inject(UnitOfWork) private readonly unitOfWork: UnitOfWork,
    @inject(Directory) private readonly directory: Directory,
  ) {}

  async page(query: PeopleQuery): Promise<PeoplePage> {
    const backwards = query.before !== undefined;
    const found = await this.find(query, backwards);
    const hasMore = found.length > pageSize;
    const shown = found.slice(0, pageSize);
    if (backwards) shown.reverse();
    const first = shown[0]?.email;
    const last = shown.at(-1)?.email;
    return {
      people: shown.map((row) => this.directory.byId(row.id)).filter((account) => account !== undefined),
      next: backwards || hasMore ? last : undefined,
      previous: backwards ? (hasMore ? first : undefined) : query.after === undefined ? undefined : first,
    };
  }

  private find({ search, siteId, after, before }: PeopleQuery, backwards: boolean): Promise<{ id: string; email: string }[]> {
    const conditions = [backwards ? 'p.email < ?' : 'p.email > ?'];
    const values: SqlValue[] = [before ?? after ?? ''];
    for (const pattern of searchPatterns(search ?? '')) {
      conditions.push("p.search_text LIKE ? ESCAPE '!'");
      values.push(pattern);
    }
    if (siteId !== undefined) {
      conditions.push('EXISTS (SELECT 1 FROM identity_role_assignment a WHERE a.site_id = ? AND a.person_id = p.id)');
      values.push(siteId);
    }
    const order = backwards ? 'DESC' : 'ASC';
    return this.unitOfWork.read((reader) =>
      reader.query(
        `SELECT p.id, p.email FROM identity_person p WHERE ${conditions.join(' AND ')} ORDER BY p.email ${order} LIMIT ${pageSize + 1}`,
        values,
      ),
    );
  }
}
