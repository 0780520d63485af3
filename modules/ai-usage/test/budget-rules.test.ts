import { expect } from 'chai';
import type { BudgetRule } from '../api/budgets.js';
import { appliesTo, windowOf } from '../entities/budget-rules.js';

const rule = (given: Partial<BudgetRule>): BudgetRule => ({
  id: 'a',
  target: 'instance',
  subject: null,
  unit: 'images',
  period: 'day',
  softLimit: null,
  hardLimit: 1,
  ...given,
});

describe('the rules of budgets', () => {
  const ada = { siteId: 'home', personId: 'ada', roles: ['Author', 'Guest'] };

  it('apply to whom they name', () => {
    expect(appliesTo(rule({ target: 'site', subject: 'home' }), ada)).to.equal(true);
    expect(appliesTo(rule({ target: 'site', subject: 'other' }), ada)).to.equal(false);
    expect(appliesTo(rule({ target: 'role', subject: 'Author' }), ada)).to.equal(true);
    expect(appliesTo(rule({ target: 'each-of-role', subject: 'Member' }), ada)).to.equal(false);
    expect(appliesTo(rule({ target: 'person', subject: 'bob' }), ada)).to.equal(false);
    expect(appliesTo(rule({ target: 'each-person' }), ada)).to.equal(true);
  });

  it('begin days and months at midnight UTC', () => {
    const now = new Date('2026-12-31T23:30:00Z');
    expect(windowOf('month', now)).to.deep.equal({ from: new Date('2026-12-01'), until: new Date('2027-01-01') });
    expect(windowOf('day', now)).to.deep.equal({ from: new Date('2026-12-31'), until: new Date('2027-01-01') });
    expect(windowOf('minute', now).from).to.deep.equal(new Date('2026-12-31T23:29:00Z'));
  });
});
