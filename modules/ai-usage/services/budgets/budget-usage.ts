import { Clock, inject, injectable, UnitOfWork } from '@portico/core';
import type { BudgetRule, BudgetTarget, BudgetUnit } from '../../api/budgets.js';
import { countedBy } from '../../entities/budget-rules.js';

/** How much of a budget is used now. */
export interface BudgetUse {
  readonly used: number;
  /** Id of the site or person that used the most, of a budget that counts each for itself; undefined when nobody used anything. */
  readonly who?: string;
}

interface Row {
  readonly place: number | string;
  readonly who: string | null;
  readonly used: number | string;
}

const sums: Readonly<Record<BudgetUnit, string>> = {
  images: 'COALESCE(SUM(images), 0)',
  cost: 'COALESCE(SUM(cost), 0)',
  requests: 'COUNT(*)',
  running: 'COUNT(*)',
};

/** What each of these is counted by; the other targets have one subject. */
const countedEach: Readonly<Partial<Record<BudgetTarget, string>>> = {
  'each-site': 'site_id',
  'each-person': 'person_id',
  'each-of-role': 'person_id',
};

/** Databases take only so many parts of one query. */
const mostAtOnce = 200;

/** What is used of the budgets at this moment. */
@injectable()
export class BudgetUsage {
  constructor(
    @inject(UnitOfWork) private readonly unitOfWork: UnitOfWork,
    @inject(Clock) private readonly clock: Clock,
  ) {}

  /** By the ids of the rules; one query for all of them. */
  async of(rules: readonly BudgetRule[]): Promise<ReadonlyMap<string, BudgetUse>> {
    const uses = new Map<string, BudgetUse>();
    const now = this.clock.now();
    await this.unitOfWork.read(async (reader) => {
      for (let from = 0; from < rules.length; from += mostAtOnce) {
        const some = rules.slice(from, from + mostAtOnce);
        const parts = some.map((rule, place) => partOf(rule, place, now));
        const sql = parts.map((part) => part.sql).join(' UNION ALL ');
        const rows = await reader.query<Row>(
          sql,
          parts.flatMap(({ values }) => values),
        );
        for (const { place, who, used } of rows) {
          const id = some[Number(place)]?.id ?? '';
          uses.set(id, { used: Number(used), ...(who !== null && { who }) });
        }
      }
    });
    return uses;
  }
}

function partOf(rule: BudgetRule, place: number, now: Date): { readonly sql: string; readonly values: readonly string[] } {
  const subject = rule.subject ?? '';
  const each = countedEach[rule.target];
  // Of those who are counted one by one, all are looked at, or all who had the role when they asked.
  const target = rule.target === 'each-of-role' ? 'role' : each ? 'instance' : rule.target;
  const { sql, values } = countedBy({ ...rule, target }, { siteId: subject, personId: subject, roles: [] }, now);
  const select = `SELECT ${place} AS place, ${each ?? 'NULL'} AS who, ${sums[rule.unit]} AS used FROM ai_usage_entry WHERE ${sql}`;
  return {
    sql: each ? `SELECT * FROM (${select} GROUP BY ${each} ORDER BY 3 DESC, 2 LIMIT 1) AS highest${place}` : select,
    values,
  };
}
