import type { RouteContext } from '@portico/core';
import { chosenSorting, type SortedListModel, sortedListModel } from '@portico/core/util';
import type { Account } from '../api/index.js';
import { type PeopleList, type PeopleOrder, type PeopleQuery, peopleOrders } from '../services/people-list.js';
import type { ListInput } from './input.js';

/** What the lists of people have in common. */
export interface PeopleModel extends SortedListModel<PeopleOrder> {
  readonly people: readonly Account[];
  readonly q: string | undefined;
}

/**
 * A page of the people of the portal, of one site or of one group, in the order that was asked for or chosen before.
 * @param name of the list: each keeps its order.
 */
export async function peoplePage(
  ctx: RouteContext,
  list: PeopleList,
  { q, after, before, ...wanted }: ListInput,
  { name, ...place }: { readonly name: string } & Pick<PeopleQuery, 'siteId' | 'groupId'>,
): Promise<PeopleModel> {
  const sorting = chosenSorting(ctx, name, peopleOrders, wanted, 'email');
  const page = await list.page({ search: q, sorting, after, before, ...place });
  const model = sortedListModel(ctx, {
    keys: peopleOrders,
    sorting,
    columns: ['name', 'email'],
    label: (order) => ctx.text(`people.${order}`),
    query: { q },
    page,
    shown: page.people.length,
  });
  return { ...model, people: page.people, q };
}

/** The lists under Users and Organizations. */
export function peopleTabs(
  ctx: Pick<RouteContext, 'text' | 'url'>,
  current: 'people' | 'groups' | 'services',
): readonly object[] {
  return [
    { label: ctx.text('people.tab'), href: ctx.url('/identity/users'), isCurrent: current === 'people' },
    { label: ctx.text('groups.title'), href: ctx.url('/identity/groups'), isCurrent: current === 'groups' },
    { label: ctx.text('services.title'), href: ctx.url('/identity/service-accounts'), isCurrent: current === 'services' },
  ];
}
