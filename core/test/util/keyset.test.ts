import Database from 'better-sqlite3';
import { expect } from 'chai';
import type { Reader, RouteContext, SqlValue } from '../../api/index.js';
import {
  chosenSorting,
  type KeysetPage,
  readKeysetPage,
  type SortDirection,
  type SortKeys,
  sortedListModel,
} from '../../util/index.js';

type Order = 'newest' | 'word' | 'size';
const keys: SortKeys<Order> = {
  newest: { usual: 'desc' },
  word: { column: 'word', usual: 'asc' },
  size: { column: 'size', holds: 'number', usual: 'desc' },
};
const idOf = (number: number): string => `00000000-0000-7000-8000-${String(number).padStart(12, '0')}`;

describe('Pages by key', () => {
  let database: Database.Database;
  let asked: string[];
  let reader: Reader;
  const rows = Array.from({ length: 47 }, (_, index) => ({
    id: idOf(index),
    word: `w~${'abcde'[(index * 7) % 5]}`,
    size: (index * 13) % 11,
  }));

  beforeEach(() => {
    database = new Database(':memory:');
    database.exec('CREATE TABLE thing (id text PRIMARY KEY, word text NOT NULL, size integer NOT NULL)');
    database.exec('CREATE INDEX thing_by_word ON thing (word, id, size)');
    database.exec('CREATE INDEX thing_by_size ON thing (size, id, word)');
    const insert = database.prepare('INSERT INTO thing VALUES (?, ?, ?)');
    for (const { id, word, size } of rows) insert.run(id, word, size);
    asked = [];
    reader = {
      query: async (sql: string, values: readonly SqlValue[] = []) => {
        asked.push(sql);
        return database.prepare(sql).all(...values);
      },
    } as unknown as Reader;
  });
  afterEach(() => database.close());

  const page = (order: Order, direction: SortDirection, more: { after?: string; before?: string; match?: string } = {}) =>
    readKeysetPage(reader, {
      place: {
        table: 'thing',
        within: { sql: '1 = 1', values: [] },
        match: more.match === undefined ? { sql: '', values: [] } : { sql: ' AND word = ?', values: [more.match] },
        read: 'word',
      },
      key: keys[order],
      direction,
      after: more.after,
      before: more.before,
      limit: 10,
    });

  const expected = (order: Order, direction: SortDirection): readonly string[] => {
    const sign = direction === 'asc' ? 1 : -1;
    const key = (row: (typeof rows)[number]): string =>
      order === 'newest' ? row.id : order === 'word' ? `${row.word} ${row.id}` : `${String(row.size).padStart(3, '0')} ${row.id}`;
    return [...rows].sort((one, other) => sign * (key(one) < key(other) ? -1 : 1)).map(({ id }) => id);
  };

  for (const order of ['newest', 'word', 'size'] as const)
    for (const direction of ['asc', 'desc'] as const)
      it(`hold each entry once, forwards and backwards, ${order} ${direction}, also where many are alike`, async () => {
        const forwards: KeysetPage[] = [];
        for (let after: string | undefined; forwards.length < 9; after = forwards.at(-1)?.next) {
          forwards.push(await page(order, direction, after === undefined ? {} : { after }));
          if (forwards.at(-1)?.next === undefined) break;
        }
        expect(forwards.flatMap(({ ids }) => ids)).to.deep.equal(expected(order, direction));
        expect(forwards.map(({ ids }) => ids.length)).to.deep.equal([10, 10, 10, 10, 7]);
        const backwards: KeysetPage[] = [];
        for (
          let before = forwards.at(-1)?.previous;
          before !== undefined && backwards.length < 9;
          before = backwards[0]?.previous
        )
          backwards.unshift(await page(order, direction, { before }));
        expect(backwards.map(({ ids }) => ids)).to.deep.equal(forwards.slice(0, -1).map(({ ids }) => ids));
      });

  it('go on behind an entry that is gone, and begin at the start for what is no cursor', async () => {
    const first = await page('size', 'desc');
    database.prepare('DELETE FROM thing WHERE id = ?').run(first.ids.at(-1));
    const all = expected('size', 'desc');
    expect((await page('size', 'desc', { after: first.next ?? '' })).ids).to.deep.equal(all.slice(10, 20));
    for (const after of ['', 'x', `${idOf(1)}~abc`, "'; DROP TABLE thing; --~1"])
      expect((await page('size', 'desc', { after })).ids, after).to.deep.equal(all.filter((id) => id !== all[9]).slice(0, 10));
  });

  it('say how many there are, and count only where a page is not all of it', async () => {
    expect((await page('word', 'asc')).total).to.deep.equal({ count: 47, isMore: false });
    expect(asked).to.have.length(2);
    asked = [];
    const few = await page('word', 'asc', { match: 'w~a' });
    expect([few.total, few.ids.length, asked.length]).to.deep.equal([{ count: 10, isMore: false }, 10, 1]);
    const insert = database.prepare('INSERT INTO thing VALUES (?, ?, ?)');
    for (let number = 100; number < 2100; number += 1) insert.run(idOf(number), 'w~z', 1);
    expect((await page('word', 'asc')).total).to.deep.equal({ count: 2000, isMore: true });
  });

  it('read an index from key to key, whatever the order', async () => {
    for (const order of ['newest', 'word', 'size'] as const) {
      const { next } = await page(order, 'desc');
      asked = [];
      await page(order, 'desc', { after: next ?? '' });
      const plan = database.prepare(`EXPLAIN QUERY PLAN ${asked[0]}`).all(...(order === 'newest' ? ['x'] : ['x', 'y']));
      const text = JSON.stringify(plan);
      expect(text, order)
        .to.match(/SEARCH thing USING .*INDEX/)
        .and.not.to.include('TEMP B-TREE');
    }
  });
});

describe('The order of a list', () => {
  /** A browser that keeps what it is given. */
  const kept = new Map<string, string>();
  const ctx = {
    preference: (name: string, allowed: readonly string[], chosen?: string) => {
      if (chosen !== undefined) kept.set(name, chosen);
      return allowed.find((each) => each === kept.get(name));
    },
    text: (key: string, values: object = {}) => `${key} ${JSON.stringify(values)}`,
  } as unknown as Pick<RouteContext, 'preference' | 'text'>;
  const chosen = (wanted: { order?: Order; direction?: SortDirection }) => chosenSorting(ctx, 'things', keys, wanted, 'newest');

  beforeEach(() => kept.clear());

  it('is the usual one, the one that is asked for, and then that one again', () => {
    expect(chosen({})).to.deep.equal({ order: 'newest', direction: 'desc' });
    expect(chosen({ order: 'word' })).to.deep.equal({ order: 'word', direction: 'asc' });
    expect(chosen({ order: 'size', direction: 'asc' })).to.deep.equal({ order: 'size', direction: 'asc' });
    expect(chosen({})).to.deep.equal({ order: 'size', direction: 'asc' });
    kept.set('things-order', 'id; DROP TABLE thing.asc');
    expect(chosen({})).to.deep.equal({ order: 'newest', direction: 'desc' });
  });

  it('stands in the headings, the pages and the search, and a second press turns it round', () => {
    const model = sortedListModel(ctx, {
      keys,
      sorting: { order: 'size', direction: 'desc' },
      columns: ['word', 'size'],
      label: (order) => order,
      query: { q: 'a b', empty: undefined },
      page: { previous: undefined, next: 'c~1', total: { count: 2000, isMore: true } },
      shown: 10,
    });
    expect(model).to.deep.equal({
      headings: {
        word: { label: 'word', href: '?q=a+b&order=word&direction=asc', sort: undefined },
        size: { label: 'size', href: '?q=a+b&order=size&direction=asc', sort: 'descending' },
      },
      total: 'portal.total-more {"shown":10,"total":2000}',
      previous: undefined,
      next: '?q=a+b&order=size&direction=desc&after=c%7E1',
      kept: { order: 'size', direction: 'desc' },
    });
  });
});
