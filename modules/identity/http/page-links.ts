import type { PeoplePage } from '../services/people-list.js';

/** The addresses of the pages before and after, as queries that keep the search. */
export function pageLinks({ next, previous }: PeoplePage, search: string | undefined): { next?: string; previous?: string } {
  const link = (key: 'after' | 'before', value: string | undefined): string | undefined =>
    value === undefined ? undefined : `?${new URLSearchParams({ ...(search ? { q: search } : {}), [key]: value })}`;
  return { next: link('after', next), previous: link('before', previous) };
}
