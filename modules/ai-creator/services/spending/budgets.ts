import {
  type Activity,
  AuditLog,
  type AuditVia,
  Ids,
  inject,
  injectable,
  notFound,
  type Person,
  PortalError,
  type Reader,
  type Transaction,
  UnitOfWork,
} from '@portico/core';
import { Budget } from '../../entities/budget.js';
import {
  appliesTo,
  type BudgetRule,
  countedBy,
  type Demand,
  demandOf,
  type Spender,
  windowOf,
} from '../../entities/budget-rules.js';

/** What an administrator decides. */
export type NewBudget = Omit<BudgetRule, 'id'>;
/** A budget in force; `revision` grows with each change. */
export interface StoredBudget extends BudgetRule {
  readonly revision: number;
}

/** How far a budget is used. */
export interface BudgetState {
  readonly rule: BudgetRule;
  readonly used: number;
  /** Seconds until it may be better. */
  readonly retryAfter: number;
}

interface Sums {
  readonly images: number;
  readonly cost: number;
  readonly requests: number;
}

/** The budgets, in memory; what they count is in the database. */
@injectable()
export class Budgets implements Activity {
  private rules: readonly StoredBudget[] = [];

  constructor(
    @inject(UnitOfWork) private readonly unitOfWork: UnitOfWork,
    @inject(AuditLog) private readonly audit: AuditLog,
    @inject(Ids) private readonly ids: Ids,
  ) {}

  async onStart(): Promise<void> {
    this.rules = await this.unitOfWork.read((reader) => reader.repository(Budget).find({ order: { id: 'ASC' } }));
  }

  all(): readonly StoredBudget[] {
    return this.rules;
  }

  /** @throws PortalError `not-found` (404). */
  find(id: string): StoredBudget {
    const found = this.rules.find((each) => each.id === id);
    if (!found) throw notFound('budget');
    return found;
  }

  /** The state of every budget that counts a spender, as the given side of the database sees it. */
  async states(database: Pick<Reader | Transaction, 'query'>, spender: Spender, now: Date): Promise<readonly BudgetState[]> {
    const states: BudgetState[] = [];
    for (const rule of this.rules.filter((each) => appliesTo(each, spender))) {
      const { sql, values } = countedBy(rule, spender, now);
      const [sums] = await database.query<Sums>(
        `SELECT COALESCE(SUM(images), 0) AS images, COALESCE(SUM(cost), 0) AS cost, COUNT(*) AS requests FROM ai_creator_usage WHERE ${sql}`,
        values,
      );
      const used = (rule.unit === 'images' ? sums?.images : rule.unit === 'cost' ? sums?.cost : sums?.requests) ?? 0;
      const seconds = Math.ceil((windowOf(rule.period, now).until.getTime() - now.getTime()) / 1000);
      states.push({ rule, used: Number(used), retryAfter: rule.unit === 'running' ? 10 : seconds });
    }
    return states;
  }

  async add(budget: NewBudget, by: Person, via: AuditVia = 'screen'): Promise<StoredBudget> {
    const rule: StoredBudget = { ...budget, id: this.ids.next(), revision: 1 };
    await this.unitOfWork.write(async (transaction) => {
      await transaction.repository(Budget).insert(rule);
      await this.record(transaction, 'added', undefined, rule, by, via);
      transaction.afterCommit(() => {
        this.rules = [...this.rules, rule];
      });
    });
    return rule;
  }

  /**
   * @param expected the revision that the change was made from.
   * @throws PortalError `not-found` (404), `budget-conflict` (409) when somebody else was faster.
   */
  async change(id: string, budget: NewBudget, expected: number, by: Person, via: AuditVia = 'screen'): Promise<StoredBudget> {
    const rule: StoredBudget = { ...budget, id, revision: expected + 1 };
    await this.unitOfWork.write(async (transaction) => {
      const budgets = transaction.repository(Budget);
      const before = await budgets.findOneBy({ id });
      if (!before) throw notFound('budget');
      if (before.revision !== expected)
        throw new PortalError('budget-conflict', 'Somebody else changed this budget meanwhile.', { status: 409 });
      await budgets.update({ id }, rule);
      await this.record(transaction, 'changed', before, rule, by, via);
      transaction.afterCommit(() => {
        this.rules = this.rules.map((each) => (each.id === id ? rule : each));
      });
    });
    return rule;
  }

  async remove(id: string, by: Person, via: AuditVia = 'screen'): Promise<StoredBudget> {
    const rule = this.find(id);
    await this.unitOfWork.write(async (transaction) => {
      await transaction.repository(Budget).delete({ id });
      await this.record(transaction, 'removed', rule, undefined, by, via);
      transaction.afterCommit(() => {
        this.rules = this.rules.filter((each) => each.id !== id);
      });
    });
    return rule;
  }

  private async record(
    transaction: Transaction,
    action: 'added' | 'changed' | 'removed',
    before: StoredBudget | undefined,
    after: StoredBudget | undefined,
    by: Person,
    via: AuditVia,
  ): Promise<void> {
    const { target, subject, id } = after ?? before ?? {};
    await this.audit.record(transaction, {
      area: 'ai-creator',
      subject: 'budget',
      ...(id && { attribute: id }),
      scope: target === 'site' && subject ? subject : 'instance',
      action,
      ...(before && { before: decided(before) }),
      ...(after && { after: decided(after) }),
      by: { id: by.id, name: by.name },
      via,
    });
  }
}

const decided = ({ target, subject, unit, period, softLimit, hardLimit }: BudgetRule): NewBudget => ({
  target,
  subject,
  unit,
  period,
  softLimit,
  hardLimit,
});

/** The first budget that one more request would exceed, by its hard or its soft limit. */
export function exceeded(
  states: readonly BudgetState[],
  demand: Demand,
  limit: 'hardLimit' | 'softLimit',
): BudgetState | undefined {
  return states.find(({ rule, used }) => {
    const most = rule[limit];
    if (most === null) return false;
    const wanted = demandOf(rule.unit, demand);
    return used + wanted > most || (rule.unit === 'cost' && wanted === 0 && used >= most);
  });
}
