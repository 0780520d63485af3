import {
  AuditLog,
  Ids,
  In,
  inject,
  injectable,
  notFound,
  PortalError,
  type RoleName,
  type Transaction,
  UnitOfWork,
} from '@portico/core';
import type { BudgetLimit, BudgetRule, BudgetState, BudgetTarget } from '../../api/budgets.js';
import type { UsageDatabase } from '../../api/index.js';
import { Budget } from '../../entities/budget.js';
import { appliesTo, countedBy, type Demand, demandOf, type Spender, windowOf } from '../../entities/budget-rules.js';
import { changeEntry, type Editor } from '../audit.js';

/** What an administrator decides. */
export type NewBudget = Omit<BudgetRule, 'id'>;
/** A budget in force; `revision` grows with each change. */
export interface StoredBudget extends BudgetRule {
  readonly revision: number;
}

interface Sums {
  readonly images: number;
  readonly cost: number;
  readonly requests: number;
}

/** The id that the migration gave it. */
const startingBudget = 'starting-budget';

/** The budgets in force. They are read from the database each time: what somebody changed elsewhere counts at once. */
@injectable()
export class BudgetRepository {
  constructor(
    @inject(UnitOfWork) private readonly unitOfWork: UnitOfWork,
    @inject(AuditLog) private readonly audit: AuditLog,
    @inject(Ids) private readonly ids: Ids,
  ) {}

  all(): Promise<readonly StoredBudget[]> {
    return this.unitOfWork.read(allOf);
  }

  /** The budget that this portal began with, as long as nobody changed or removed it. */
  async starting(): Promise<StoredBudget | undefined> {
    const id = startingBudget;
    return (await this.unitOfWork.read((reader) => reader.repository(Budget).findOneBy({ id, revision: 1 }))) ?? undefined;
  }

  /** @throws PortalError `not-found` (404). */
  async find(id: string): Promise<StoredBudget> {
    const found = await this.unitOfWork.read((reader) => reader.repository(Budget).findOneBy({ id }));
    if (!found) throw notFound('budget');
    return found;
  }

  /** The state of every budget that counts a spender, as the given side of the database sees it. */
  async states(database: UsageDatabase, spender: Spender, now: Date): Promise<readonly BudgetState[]> {
    const states: BudgetState[] = [];
    for (const rule of (await allOf(database)).filter((each) => appliesTo(each, spender))) {
      const { sql, values } = countedBy(rule, spender, now);
      const [sums] = await database.query<Sums>(
        `SELECT COALESCE(SUM(images), 0) AS images, COALESCE(SUM(cost), 0) AS cost, COUNT(*) AS requests FROM ai_usage_entry WHERE ${sql}`,
        values,
      );
      const used = (rule.unit === 'images' ? sums?.images : rule.unit === 'cost' ? sums?.cost : sums?.requests) ?? 0;
      const seconds = Math.ceil((windowOf(rule.period, now).until.getTime() - now.getTime()) / 1000);
      const isRunning = rule.unit === 'running';
      const isShort = isRunning || rule.period === 'minute' || rule.period === 'hour';
      states.push({ rule, used: Number(used), retryAfter: isRunning ? 10 : seconds, isShort });
    }
    return states;
  }

  async add(budget: NewBudget, editor: Editor): Promise<StoredBudget> {
    const rule: StoredBudget = { ...budget, id: this.ids.next(), revision: 1 };
    await this.unitOfWork.write(async (transaction) => {
      await transaction.repository(Budget).insert(rule);
      await this.record(transaction, undefined, rule, editor);
    });
    return rule;
  }

  /**
   * @param expected the revision that the change was made from.
   * @throws PortalError `not-found` (404), `budget-conflict` (409) when somebody else was faster.
   */
  async change(id: string, budget: NewBudget, expected: number, editor: Editor): Promise<StoredBudget> {
    const rule: StoredBudget = { ...budget, id, revision: expected + 1 };
    await this.unitOfWork.write(async (transaction) => {
      const budgets = transaction.repository(Budget);
      const before = await budgets.findOneBy({ id });
      if (!before) throw notFound('budget');
      if (before.revision !== expected)
        throw new PortalError('budget-conflict', 'Somebody else changed this budget meanwhile.', { status: 409 });
      await budgets.update({ id }, rule);
      await this.record(transaction, before, rule, editor);
    });
    return rule;
  }

  /** @throws PortalError `not-found` (404). */
  async remove(id: string, editor: Editor): Promise<StoredBudget> {
    return this.unitOfWork.write(async (transaction) => {
      const budgets = transaction.repository(Budget);
      const rule = await budgets.findOneBy({ id });
      if (!rule) throw notFound('budget');
      await budgets.delete({ id });
      await this.record(transaction, rule, undefined, editor);
      return rule;
    });
  }

  /** The budgets of a role, whether together or each. */
  ofRole(database: Pick<UsageDatabase, 'repository'>, role: RoleName): Promise<readonly StoredBudget[]> {
    return database.repository(Budget).find({ where: { target: In<BudgetTarget>(['role', 'each-of-role']), subject: role } });
  }

  /** A role has another name now; what it used within the longest period of a budget goes on counting. */
  async renameRole(transaction: Transaction, before: RoleName, after: RoleName, now: Date): Promise<void> {
    for (const { id } of await this.ofRole(transaction, before))
      await transaction.repository(Budget).update({ id }, { subject: after });
    const since = windowOf('month', now).from.toISOString();
    await transaction.query(
      "UPDATE ai_usage_entry SET roles = replace(roles, ?, ?) WHERE at >= ? AND replace(roles, ?, '') <> roles",
      [`|${before}|`, `|${after}|`, since, `|${before}|`],
    );
  }

  /** A role is gone, and so are the limits that only its people had. */
  async removeRole(transaction: Transaction, role: RoleName): Promise<void> {
    for (const rule of await this.ofRole(transaction, role)) {
      await transaction.repository(Budget).delete({ id: rule.id });
      const entry = { area: 'ai-usage', subject: 'budget', attribute: rule.id, scope: 'instance', action: 'removed' };
      await this.audit.record(transaction, { ...entry, before: decided(rule) });
    }
  }

  private async record(
    transaction: Transaction,
    before: StoredBudget | undefined,
    after: StoredBudget | undefined,
    editor: Editor,
  ): Promise<void> {
    const { target, subject, id = '' } = after ?? before ?? {};
    const scope = target === 'site' && subject ? subject : 'instance';
    const change = { subject: 'budget', attribute: id, scope, before: before && decided(before), after: after && decided(after) };
    await this.audit.record(transaction, changeEntry(change, editor));
  }
}

const allOf = (database: UsageDatabase): Promise<readonly StoredBudget[]> =>
  database.repository(Budget).find({ order: { id: 'ASC' } });

const decided = ({ target, subject, unit, period, softLimit, hardLimit }: BudgetRule): NewBudget => ({
  target,
  subject,
  unit,
  period,
  softLimit,
  hardLimit,
});

/** The first budget that one more request would exceed, by its hard or its soft limit. */
export function exceeded(states: readonly BudgetState[], demand: Demand, limit: BudgetLimit): BudgetState | undefined {
  return states.find(({ rule, used }) => {
    const most = rule[limit];
    if (most === null) return false;
    const wanted = demandOf(rule.unit, demand);
    return used + wanted > most || (rule.unit === 'cost' && wanted === 0 && used >= most);
  });
}
