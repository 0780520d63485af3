import type { BudgetPeriod, BudgetRule, BudgetTarget, BudgetUnit, UsageSubject } from '../api/budgets.js';

/** Who pays for something, and where, with the roles that budgets may name. */
export interface Spender extends UsageSubject {
  readonly roles: readonly string[];
}

/** What one more request takes. */
export interface Demand {
  readonly images: number;
  /** Millionths; 0 when it is not known. */
  readonly cost: number;
}

export function appliesTo({ target, subject }: BudgetRule, { siteId, personId, roles }: Spender): boolean {
  if (target === 'site') return subject === siteId;
  if (target === 'person') return subject === personId;
  if (target === 'role' || target === 'each-of-role') return subject !== null && roles.includes(subject);
  return true;
}

/** The entries that a rule counts, as a condition of SQL with its values. */
export function countedBy(
  rule: BudgetRule,
  spender: Spender,
  now: Date,
): { readonly sql: string; readonly values: readonly string[] } {
  const when =
    rule.unit === 'running'
      ? { sql: "state = 'reserved'", values: [] }
      : { sql: 'at >= ?', values: [windowOf(rule.period, now).from.toISOString()] };
  const whose: Readonly<Record<BudgetTarget, { readonly sql: string; readonly values: readonly string[] }>> = {
    instance: { sql: '1 = 1', values: [] },
    'each-site': { sql: 'site_id = ?', values: [spender.siteId] },
    site: { sql: 'site_id = ?', values: [spender.siteId] },
    role: { sql: "replace(roles, ?, '') <> roles", values: [`|${rule.subject}|`] },
    'each-of-role': { sql: 'person_id = ?', values: [spender.personId] },
    'each-person': { sql: 'person_id = ?', values: [spender.personId] },
    person: { sql: 'person_id = ?', values: [spender.personId] },
  };
  const { sql, values } = whose[rule.target];
  return { sql: `${sql} AND ${when.sql}`, values: [...values, ...when.values] };
}

export const demandOf = (unit: BudgetUnit, demand: Demand): number =>
  unit === 'images' ? demand.images : unit === 'cost' ? demand.cost : 1;

/** Days and months begin at midnight UTC; minutes and hours slide. */
export function windowOf(period: BudgetPeriod, now: Date): { readonly from: Date; readonly until: Date } {
  const [year, month, day] = [now.getUTCFullYear(), now.getUTCMonth(), now.getUTCDate()];
  if (period === 'month') return { from: new Date(Date.UTC(year, month)), until: new Date(Date.UTC(year, month + 1)) };
  if (period === 'day') return { from: new Date(Date.UTC(year, month, day)), until: new Date(Date.UTC(year, month, day + 1)) };
  const length = period === 'hour' ? 3_600_000 : 60_000;
  return { from: new Date(now.getTime() - length), until: new Date(now.getTime() + length) };
}
