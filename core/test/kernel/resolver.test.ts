import { expect } from 'chai';
import { type Resolvable, resolve } from '../../kernel/index.js';

const portal = new Map([
  ['portico.clock', '1.2.0'],
  ['portico.menu-items', '1.0.0'],
]);

function module(id: string, parts: Partial<Resolvable> = {}): Resolvable {
  return { id, requires: {}, provides: {}, hosts: {}, ...parts };
}

describe('the resolver', () => {
  it('puts each module after those it requires, and keeps the given order otherwise', () => {
    const { order, unresolved } = resolve(
      [
        module('c', { requires: { 'b.service': '^1.0.0' } }),
        module('a'),
        module('b', { requires: { 'portico.clock': '^1.1.0' }, provides: { 'b.service': '1.4.0' } }),
      ],
      portal,
    );
    expect(order).to.deep.equal(['a', 'b', 'c']);
    expect(unresolved.size).to.equal(0);
  });

  it('names what nothing offers', () => {
    const { order, unresolved } = resolve([module('a', { requires: { 'x.y': '^1.0.0' } })], portal);
    expect(order).to.deep.equal([]);
    expect(unresolved.get('a')).to.deep.equal(['Needs x.y ^1.0.0, which nothing installed offers.']);
  });

  it('names the versions that are there when none fits, of modules and of the core', () => {
    const { unresolved } = resolve(
      [
        module('a', { requires: { 'b.service': '^2.0.0' } }),
        module('b', { provides: { 'b.service': '1.0.0' } }),
        module('c', { requires: { 'portico.clock': '>=2' } }),
      ],
      portal,
    );
    expect(unresolved.get('a')).to.deep.equal(['Needs b.service ^2.0.0, but b offers 1.0.0.']);
    expect(unresolved.get('c')).to.deep.equal(['Needs portico.clock >=2, but core offers 1.2.0.']);
  });

  it('takes whichever provider fits', () => {
    const { order } = resolve(
      [
        module('a', { requires: { 's.s': '^2.0.0' } }),
        module('old', { provides: { 's.s': '1.0.0' } }),
        module('new', { provides: { 's.s': '2.1.0' } }),
      ],
      portal,
    );
    expect(order).to.include('a');
  });

  it('gives a chain of reasons, the nearest first', () => {
    const { unresolved } = resolve(
      [
        module('a', { requires: { 'b.s': '^1.0.0' } }),
        module('b', { requires: { 'c.s': '^1.0.0' }, provides: { 'b.s': '1.0.0' } }),
        module('c', { requires: { 'gone.s': '^1.0.0' }, provides: { 'c.s': '1.0.0' } }),
      ],
      portal,
    );
    expect(unresolved.get('a')).to.deep.equal([
      'Needs b.s, which b offers; b is unresolved.',
      'Needs c.s, which c offers; c is unresolved.',
      'Needs gone.s ^1.0.0, which nothing installed offers.',
    ]);
  });

  it('names a circle by its path, for those in it and those behind it', () => {
    const { order, unresolved } = resolve(
      [
        module('a', { requires: { 'b.s': '*' }, provides: { 'a.s': '1.0.0' } }),
        module('b', { requires: { 'c.points': '*' }, provides: { 'b.s': '1.0.0' } }),
        module('c', { requires: { 'a.s': '*' }, hosts: { 'c.points': '1.0.0' } }),
        module('behind', { requires: { 'a.s': '*' } }),
        module('apart'),
      ],
      portal,
    );
    expect(order).to.deep.equal(['apart']);
    expect(unresolved.get('a')).to.deep.equal(['Requirements go in a circle: a -> b -> c -> a.']);
    expect(unresolved.get('c')).to.deep.equal(['Requirements go in a circle: c -> a -> b -> c.']);
    expect(unresolved.get('behind')).to.deep.equal([
      'Needs a.s, which a offers; a is unresolved.',
      'Requirements go in a circle: a -> b -> c -> a.',
    ]);
  });

  it('does not let a module answer its own requirement', () => {
    const { unresolved } = resolve([module('a', { requires: { 'a.s': '*' }, provides: { 'a.s': '1.0.0' } })], portal);
    expect(unresolved.get('a')).to.deep.equal(['Requirements go in a circle: a -> a.']);
  });

  it('leaves a circle when another provider answers', () => {
    const { order } = resolve(
      [
        module('a', { requires: { 'b.s': '*' }, provides: { 'x.s': '1.0.0' } }),
        module('b', { requires: { 'x.s': '*' }, provides: { 'b.s': '1.0.0' } }),
        module('other', { provides: { 'x.s': '1.0.0' } }),
      ],
      portal,
    );
    expect(order).to.deep.equal(['other', 'b', 'a']);
  });

  it('gives a point to the first that hosts it, and to the core before all', () => {
    const { order, unresolved } = resolve(
      [
        module('a', { hosts: { 'p.points': '1.0.0' } }),
        module('b', { hosts: { 'p.points': '1.0.0' } }),
        module('c', { hosts: { 'portico.menu-items': '1.0.0' } }),
      ],
      portal,
    );
    expect(order).to.deep.equal(['a']);
    expect(unresolved.get('b')).to.deep.equal(['Hosts p.points, which a hosts already.']);
    expect(unresolved.get('c')).to.deep.equal(['Hosts portico.menu-items, which core hosts already.']);
  });
});
