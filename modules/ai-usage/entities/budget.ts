import { Column, Entity, PrimaryColumn } from '@portico/core';
import type { BudgetPeriod, BudgetTarget, BudgetUnit } from '../api/budgets.js';

/** A limit on what is ordered, as an administrator entered it. It counts the entries of the ledger and holds no sums of its own. */
@Entity('ai_usage_budget')
export class Budget {
  /** Id of the row, which commands take. */
  @PrimaryColumn('text')
  id!: string;

  /** Kind of those whose orders are counted: the instance, a site, a role or a person, together or each for itself. */
  @Column('text')
  target!: BudgetTarget;

  /** Id of the site or the person, or name of the role; null where the target needs none. */
  @Column('text', { nullable: true })
  subject!: string | null;

  /** Unit in which it counts: images, orders, cost, or orders that are open at the moment. */
  @Column('text')
  unit!: BudgetUnit;

  /** Period that it counts over; without meaning for orders that are open. */
  @Column('text')
  period!: BudgetPeriod;

  /** Amount beyond which people are warned: images, orders, or millionths of the currency; null: no warning. */
  @Column('integer', { name: 'soft_limit', nullable: true })
  softLimit!: number | null;

  /** Amount beyond which orders are refused, in the same unit; null: none is. */
  @Column('integer', { name: 'hard_limit', nullable: true })
  hardLimit!: number | null;

  /** Number of the change that wrote the row; grows by one with each, so that a form which is out of date is noticed. */
  @Column('integer')
  revision!: number;
}
