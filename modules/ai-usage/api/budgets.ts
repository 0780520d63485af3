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
  /** Id of the site or the person, or name of the role; null where the target needs none. */
  readonly subject: string | null;
  readonly unit: BudgetUnit;
  readonly period: BudgetPeriod;
  /** Beyond it people are warned. Images, requests, or millionths of the currency. */
  readonly softLimit: number | null;
  /** Beyond it nothing is sent. */
  readonly hardLimit: number | null;
}
export type BudgetLimit = 'softLimit' | 'hardLimit';

/** How far a budget is used. */
export interface BudgetState {
  readonly rule: BudgetRule;
  readonly used: number;
  /** Seconds until it may be better. */
  readonly retryAfter: number;
  /** Whether that is soon: a limit of minutes, hours, or requests at the same time. */
  readonly isShort: boolean;
}

/** For whom something is paid, and where. */
export interface UsageSubject {
  readonly siteId: string;
  readonly personId: string;
}
