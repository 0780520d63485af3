import { inject, injectable, UnitOfWork } from '@portico/core';
import {
  type ListTotal,
  readKeysetPage,
  type Sorting,
  type SortKeys,
  type SqlCondition,
  searchPatterns,
} from '@portico/core/util';
import type { Account } from '../api/index.js';
import { Directory } from './directory.js';

/** By what people are sorted. */
export type PeopleOrder = 'name' | 'email';
export const peopleOrders: SortKeys<PeopleOrder> = {
  name: { column: 'name_key', usual: 'asc' },
  email: { column: 'email', usual: 'asc' },
};

/** What to list: part of an email address or a name, the people of one site or of one group, and the cursor where the page begins or ends. */
export interface PeopleQuery {
  readonly search?: string;
  /** Those who have a role in it, by themselves or by a group. */
  readonly siteId?: string;
  readonly groupId?: string;
  /** Default: by email address. */
  readonly sorting?: Sorting<PeopleOrder>;
  readonly after?: string;
  readonly before?: string;
}

/** A page of a list. `next` and `previous` are cursors to go on with; undefined where there is nothing more. */
export interface PeoplePage {
  readonly people: readonly Account[];
  readonly total: ListTotal;
  readonly next: string | undefined;
  readonly previous: string | undefined;
}

const pageSize = 20;

/** People in pages by key. */
@injectable()
export class PeopleList {
  constructor(
    @inject(UnitOfWork) private readonly unitOfWork: UnitOfWork,
    @inject(Directory) private readonly directory: Directory,
  ) {}

  async page({ search = '', siteId, groupId, sorting, after, before }: PeopleQuery): Promise<PeoplePage> {
    const { order, direction } = sorting ?? { order: 'email', direction: 'asc' };
    const patterns = searchPatterns(search);
    const { ids, ...page } = await this.unitOfWork.read((reader) =>
      readKeysetPage(reader, {
        place: {
          table: 'identity_person',
          within: withinOf(siteId, groupId),
          match: { sql: patterns.map(() => " AND search_text LIKE ? ESCAPE '!'").join(''), values: patterns },
          read: 'search_text',
        },
        key: peopleOrders[order],
        direction,
        after,
        before,
        limit: pageSize,
      }),
    );
    return { ...page, people: ids.map((id) => this.directory.byId(id)).filter((account) => account !== undefined) };
  }
}

function withinOf(siteId: string | undefined, groupId: string | undefined): SqlCondition {
  if (groupId !== undefined)
    return { sql: 'id IN (SELECT person_id FROM identity_group_member WHERE group_id = ?)', values: [groupId] };
  if (siteId === undefined) return { sql: '1 = 1', values: [] };
  return {
    sql: `id IN (SELECT person_id FROM identity_role_assignment WHERE site_id = ?
      UNION SELECT m.person_id FROM identity_group_role r JOIN identity_group_member m ON m.group_id = r.group_id WHERE r.site_id = ?)`,
    values: [siteId, siteId],
  };
}
