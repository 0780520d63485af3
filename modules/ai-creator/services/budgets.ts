import {
  type Activity,
  AuditLog,
  Ids,
  inject,
  injectable,
  notFound,
  type Person,
  type Reader,
  type Transaction,
  UnitOfWork,
} from '@portico/core';
import { Budget } from '../entities/budget.js';
import { appliesTo, type BudgetRule, countedBy, type Demand, demandOf, type Spender, windowOf } from './budget-rules.js';

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
  private rules: readonly BudgetRule[] = [];

  constructor(
    @inject(UnitOfWork) private readonly unitOfWork: UnitOfWork,
    @inject(AuditLog) private readonly audit: AuditLog,
    @inject(Ids) private readonly ids: Ids,
  ) {}

  async onStart(): Promise<void> {
    this.rules = await this.unitOfWork.read((reader) => reader.repository(Budget).find({ order: { id: 'ASC' } }));
  }

  all(): readonly BudgetRule[] {
    return this.rules;
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

  async add(budget: Omit<BudgetRule, 'id'>, by: Person): Promise<void> {
    const rule = { ...budget, id: this.ids.next() };
    await this.unitOfWork.write(async (transaction) => {
      await transaction.repository(Budget).insert(rule);
      await this.record(transaction, rule, 'added', by);
      transaction.afterCommit(() => {
        this.rules = [...this.rules, rule];
      });
    });
  }

  async remove(id: string, by: Person): Promise<void> {
    const rule = this.rules.find((each) => each.id === id);
    if (!rule) throw notFound('budget');
    await this.unitOfWork.write(async (transaction) => {
      await transaction.repository(Budget).delete({ id });
      await this.record(transaction, rule, 'removed', by);
      transaction.afterCommit(() => {
        this.rules = this.rules.filter((each) => each.id !== id);
      });
    });
  }

  private async record(transaction: Transaction, rule: BudgetRule, action: 'added' | 'removed', by: Person): Promise<void> {
    const { id, ...value } = rule;
    await this.audit.record(transaction, {
      area: 'ai-creator',
      subject: 'budget',
      attribute: id,
      scope: rule.target === 'site' && rule.subject ? rule.subject : 'instance',
      action,
      ...(action === 'added' ? { after: value } : { before: value }),
      by: { id: by.id, name: by.name },
      via: 'screen',
    });
  }
}

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
