/** Whom a budget limits: all together, each of them for itself, or one. */
export const budgetTargets = ['instance', 'each-site', 'site', 'role', 'each-of-role', 'each-person', 'person'] as const;
export type BudgetTarget = (typeof budgetTargets)[number];
/** `running`: requests that are on their way at the same time; it has no period. */
export const budgetUnits = ['images', 'requests', 'cost', 'running'] as const;
export type BudgetUnit = (typeof budgetUnits)[number];
export const budgetPeriods = ['minute', 'hour', 'day', 'month'] as const;
export type BudgetPeriod = (typeof budgetPeriods)[number];

export interface BudgetRule {
  readonly id: string;
  readonly target: BudgetTarget;
  readonly subject: string | null;
  readonly unit: BudgetUnit;
  readonly period: BudgetPeriod;
  readonly softLimit: number | null;
  readonly hardLimit: number | null;
}

/** Who wants to make something, and where. */
export interface Spender {
  readonly siteId: string;
  readonly personId: string;
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
    role: { sql: 'instr(roles, ?) > 0', values: [`|${rule.subject}|`] },
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
