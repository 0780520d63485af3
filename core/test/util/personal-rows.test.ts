import { expect } from 'chai';
import type { Person, Reader } from '../../api/index.js';
import { personalRows } from '../../util/index.js';

describe('Rows of a person', () => {
  it('are read a few at a time where each may be large', async () => {
    const asked: string[] = [];
    const reader = {
      query: async (sql: string) => {
        asked.push(sql);
        return Array.from({ length: 10 }, (_, index) => ({ id: `${index}` }));
      },
    } as unknown as Reader;
    const common = { key: 'drafts', label: 'drafts', table: 'draft', owner: 'person_id', columns: { body: 'body' } };
    const person: Person = { id: 'ada', kind: 'person', email: 'ada@example.org', name: 'Ada' };
    const few = personalRows({ ...common, atOnce: 10 });
    expect((await few.page(reader, person, undefined)).next).to.equal('9');
    expect(asked[0]).to.match(/ LIMIT 10$/);
    const many = personalRows(common);
    expect((await many.page(reader, person, undefined)).next).to.equal(undefined);
    expect(asked[1]).to.match(/ LIMIT 500$/);
  });
});
