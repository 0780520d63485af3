import { Column, Entity, PrimaryColumn } from '@portico/core';
import type { BudgetPeriod, BudgetTarget, BudgetUnit } from '../api/budgets.js';

/** A limit on what is made. */
@Entity('ai_usage_budget')
export class Budget {
  @PrimaryColumn('text')
  id!: string;

  @Column('text')
  target!: BudgetTarget;

  /** Id of the site or the person, or name of the role; null where the target needs none. */
  @Column('text', { nullable: true })
  subject!: string | null;

  @Column('text')
  unit!: BudgetUnit;

  @Column('text')
  period!: BudgetPeriod;

  /** Beyond it people are warned. Images, requests, or millionths of the currency. */
  @Column('integer', { name: 'soft_limit', nullable: true })
  softLimit!: number | null;

  /** Beyond it nothing is sent. */
  @Column('integer', { name: 'hard_limit', nullable: true })
  hardLimit!: number | null;

  /** Grows with each change. */
  @Column('integer')
  revision!: number;
}
