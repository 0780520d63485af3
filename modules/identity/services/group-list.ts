import { inject, injectable, UnitOfWork } from '@portico/core';
import { type ListTotal, readKeysetPage, type Sorting, type SortKeys, searchPatterns } from '@portico/core/util';
import type { Group } from '../api/index.js';
import { Directory } from './directory.js';

/** By what groups are sorted. */
export type GroupOrder = 'name';
export const groupOrders: SortKeys<GroupOrder> = { name: { column: 'sort_key', usual: 'asc' } };

/** What to list: part of a name or a description, and the cursor where the page begins or ends. */
export interface GroupsQuery {
  readonly search?: string;
  readonly sorting?: Sorting<GroupOrder>;
  readonly after?: string;
  readonly before?: string;
}

/** A page of a list. `next` and `previous` are cursors to go on with; undefined where there is nothing more. */
export interface GroupsPage {
  readonly groups: readonly Group[];
  readonly total: ListTotal;
  readonly next: string | undefined;
  readonly previous: string | undefined;
}

const pageSize = 20;

/** Groups in pages by key. */
@injectable()
export class GroupList {
  constructor(
    @inject(UnitOfWork) private readonly unitOfWork: UnitOfWork,
    @inject(Directory) private readonly directory: Directory,
  ) {}

  async page({ search = '', sorting, after, before }: GroupsQuery): Promise<GroupsPage> {
    const { order, direction } = sorting ?? { order: 'name', direction: 'asc' };
    const patterns = searchPatterns(search);
    const { ids, ...page } = await this.unitOfWork.read((reader) =>
      readKeysetPage(reader, {
        place: {
          table: 'identity_group',
          within: { sql: '1 = 1', values: [] },
          match: { sql: patterns.map(() => " AND search_text LIKE ? ESCAPE '!'").join(''), values: patterns },
          read: 'search_text',
        },
        key: groupOrders[order],
        direction,
        after,
        before,
        limit: pageSize,
      }),
    );
    return { ...page, groups: ids.flatMap((id) => this.directory.group(id) ?? []) };
  }
}
