import { expect } from 'chai';
import { mergeFields } from '../../util/index.js';

describe('Merging a form by field', () => {
  const seen = { name: 'a.png', altText: 'old' };

  it('writes what one person changed and keeps what another did', () => {
    expect(mergeFields({ name: 'b.png', altText: 'old' }, seen, { name: 'a.png', altText: 'theirs' })).to.deep.equal({
      values: { name: 'b.png', altText: 'theirs' },
      conflicts: [],
      others: ['altText'],
    });
  });

  it('asks where both changed the same field, unless they mean the same', () => {
    const mine = { name: 'same.png', altText: 'mine' };
    expect(mergeFields(mine, seen, { name: 'same.png', altText: 'theirs' })).to.deep.equal({
      values: mine,
      conflicts: ['altText'],
      others: [],
    });
  });

  it('takes what was sent without saying what was seen for a change', () => {
    const theirs = { name: 'a.png', altText: 'theirs' };
    expect(mergeFields({ name: 'a.png', altText: 'mine' }, {}, theirs).conflicts).to.deep.equal(['altText']);
    expect(mergeFields({ name: 'a.png', altText: 'theirs' }, {}, theirs).conflicts).to.deep.equal([]);
  });
});
