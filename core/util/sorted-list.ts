import { type RouteContext, z } from '../api/index.js';
import type { ListTotal, SortDirection, Sorting, SortKeys } from './keyset.js';

const directions = ['asc', 'desc'] as const satisfies readonly SortDirection[];
const otherDirection = { asc: 'desc', desc: 'asc' } as const;

const namesOf = <Order extends string>(keys: SortKeys<Order>): readonly Order[] => Object.keys(keys) as Order[];

/** The query of a page with a sorted list: its order, from a closed list, and where the page begins or ends. */
export function sortedListFields<Order extends string>(keys: SortKeys<Order>) {
  return {
    order: z.enum(namesOf(keys) as [Order, ...Order[]]).optional(),
    direction: z.enum(directions).optional(),
    after: z.string().max(1000).optional(),
    before: z.string().max(1000).optional(),
  };
}

/** The order that a request names. */
export interface WantedSorting<Order extends string> {
  readonly order?: Order | undefined;
  readonly direction?: SortDirection | undefined;
}

/**
 * The order that a list is shown in: what the request names, else what was chosen for this list the last time in this browser, else the usual one.
 * @param list names the list within its module.
 */
export function chosenSorting<Order extends string>(
  ctx: Pick<RouteContext, 'preference'>,
  list: string,
  keys: SortKeys<Order>,
  wanted: WantedSorting<Order>,
  usual: Order,
): Sorting<Order> {
  const named = wanted.order === undefined && wanted.direction === undefined ? undefined : sortingOf(keys, wanted, usual);
  const kept = ctx.preference(`${list}-order`, choicesOf(keys), named && `${named.order}.${named.direction}`);
  if (kept === undefined) return sortingOf(keys, {}, usual);
  const [order, direction] = kept.split('.') as [Order, SortDirection];
  return { order, direction };
}

const knownChoices = new WeakMap<object, readonly string[]>();

/** Every order both ways, as a browser keeps it; made once for each list. */
function choicesOf(keys: SortKeys<string>): readonly string[] {
  let choices = knownChoices.get(keys);
  if (!choices) {
    choices = namesOf(keys).flatMap((order) => directions.map((direction) => `${order}.${direction}`));
    knownChoices.set(keys, choices);
  }
  return choices;
}

export function sortingOf<Order extends string>(
  keys: SortKeys<Order>,
  { order, direction }: WantedSorting<Order>,
  usual: Order,
): Sorting<Order> {
  const named = order ?? usual;
  return { order: named, direction: direction ?? keys[named].usual };
}

/** What the partial `column-heading` shows: a link that sorts by a column; one that sorts already turns its order round. */
export interface SortHeading {
  readonly label: string;
  readonly href: string;
  /** For `aria-sort`. */
  readonly sort: 'ascending' | 'descending' | undefined;
}

/** What the partial `order-menu` shows. */
export interface SortMenu {
  readonly order: string;
  readonly orders: readonly { readonly label: string; readonly isCurrent: boolean; readonly href: string }[];
}

export interface SortLinks<Order extends string> {
  readonly keys: SortKeys<Order>;
  readonly current: Sorting<Order>;
  /** Words of an order, in the person's language. */
  label(order: Order): string;
  /** The address of the list in another order, at its first page. */
  link(change: WantedSorting<Order>): string;
}

/** A heading for each of the columns by which a list can be sorted, by the name of the order. */
export function sortHeadings<Order extends string, Column extends Order>(
  columns: readonly Column[],
  { keys, current, label, link }: SortLinks<Order>,
): Readonly<Record<Column, SortHeading>> {
  const heading = (order: Column): SortHeading => {
    const isCurrent = order === current.order;
    return {
      label: label(order),
      href: link({ order, direction: isCurrent ? otherDirection[current.direction] : keys[order].usual }),
      sort: isCurrent ? (current.direction === 'asc' ? 'ascending' : 'descending') : undefined,
    };
  };
  return Object.fromEntries(columns.map((order) => [order, heading(order)])) as Record<Column, SortHeading>;
}

/** The same as a menu, for what has no headings. Each entry goes the usual way. */
export function sortMenu<Order extends string>(orders: readonly Order[], { current, label, link }: SortLinks<Order>): SortMenu {
  return {
    order: label(current.order),
    orders: orders.map((order) => ({
      label: label(order),
      isCurrent: order === current.order,
      href: link({ order, direction: undefined }),
    })),
  };
}

/** A page of a list, and what a view of it says of all of it. */
export interface ShownList<Order extends string, Column extends Order> {
  readonly keys: SortKeys<Order>;
  readonly sorting: Sorting<Order>;
  /** The orders that have a heading. */
  readonly columns: readonly Column[];
  label(order: Order): string;
  /** What else the address of the page says, e.g. a search: it stays while the list is sorted and paged. */
  readonly query?: Readonly<Record<string, string | undefined>>;
  readonly page: { readonly previous: string | undefined; readonly next: string | undefined; readonly total: ListTotal };
  /** How many entries this page has. */
  readonly shown: number;
}

/** For a view: `headings` (partial `column-heading`), `total`, the addresses `previous` and `next` (partial `pager`), and `kept`, hidden fields of a search. */
export interface SortedListModel<Column extends string> {
  readonly headings: Readonly<Record<Column, SortHeading>>;
  readonly total: string | undefined;
  readonly previous: string | undefined;
  readonly next: string | undefined;
  readonly kept: Sorting;
}

export function sortedListModel<Order extends string, Column extends Order>(
  ctx: Pick<RouteContext, 'text'>,
  { keys, sorting, columns, label, query = {}, page, shown }: ShownList<Order, Column>,
): SortedListModel<Column> {
  const link = (change: object): string => {
    const said = Object.entries({ ...query, ...change }).filter(([, value]) => value) as [string, string][];
    return `?${new URLSearchParams(said)}`;
  };
  return {
    headings: sortHeadings(columns, { keys, current: sorting, label, link }),
    total: totalText(ctx, page.total, shown),
    previous: page.previous && link({ ...sorting, before: page.previous }),
    next: page.next && link({ ...sorting, after: page.next }),
    kept: sorting,
  };
}

/** "20 of 1,240", or all that there are; nothing for a list with nothing in it. */
export function totalText(ctx: Pick<RouteContext, 'text'>, { count, isMore }: ListTotal, shown: number): string | undefined {
  if (count === 0) return undefined;
  if (shown === count && !isMore) return ctx.text('portal.total-all', { total: count });
  return ctx.text(isMore ? 'portal.total-more' : 'portal.total-some', { shown, total: count });
}
