import { inject, injectable, Messages, optional, type ServiceHandle, SiteDirectory } from '@portico/core';
import { People } from '@portico/identity/api';
import type { BudgetLimit, BudgetRule, BudgetState, BudgetUnit } from '../../api/budgets.js';
import { writeAmount } from '../amounts.js';
import type { BudgetUse } from './budget-usage.js';

/** Budgets as people read them. */
@injectable()
export class BudgetPresenter {
  constructor(
    @inject(Messages) private readonly messages: Messages,
    @inject(SiteDirectory) private readonly sites: SiteDirectory,
    @inject(optional(People)) private readonly people: ServiceHandle<People>,
  ) {}

  /** Whom it limits, e.g. "Each person". */
  target({ target, subject }: BudgetRule, locale: string): string {
    const name =
      target === 'site'
        ? this.sites.byId(subject ?? '')?.name
        : target === 'person'
          ? this.people.get()?.principal(subject ?? '')?.name
          : subject;
    return this.messages.text(`budgets.target-${target}`, { name: name ?? subject ?? '' }, locale);
  }

  /** What it counts, e.g. "images per day". */
  unit({ unit, period }: Pick<BudgetRule, 'unit' | 'period'>, locale: string): string {
    if (unit === 'running') return this.messages.text('budgets.unit-running', {}, locale);
    const per = this.messages.text(`budgets.per-${period}`, {}, locale);
    return `${this.messages.text(`budgets.unit-${unit}`, {}, locale)} ${per}`;
  }

  /** E.g. "3 of 10", or "Most: Ada, 3 of 10" of those that are counted each for itself; undefined when none of them used anything. */
  use({ target, unit, softLimit, hardLimit }: BudgetRule, use: BudgetUse | undefined, locale: string): string | undefined {
    if (!use) return undefined;
    const values = { used: amount(unit, use.used), limit: amount(unit, hardLimit ?? softLimit ?? 0) };
    if (use.who === undefined) return this.messages.text('budgets.used-of', values, locale);
    const name = target === 'each-site' ? this.sites.byId(use.who)?.name : this.people.get()?.principal(use.who)?.name;
    return this.messages.text('budgets.used-most', { ...values, name: name ?? use.who }, locale);
  }

  /** E.g. "Each person: 10 of 10 images per day.", or where warnings begin, which is no end. */
  state({ rule, used }: Pick<BudgetState, 'rule' | 'used'>, limit: BudgetLimit, locale: string): string {
    return this.messages.text(
      limit === 'softLimit' ? 'budgets.state-soft' : 'budgets.state',
      {
        target: this.target(rule, locale),
        used: amount(rule.unit, used),
        limit: amount(rule.unit, rule[limit] ?? 0),
        unit: this.unit(rule, locale),
      },
      locale,
    );
  }
}

export const amount = (unit: BudgetUnit, value: number): string => (unit === 'cost' ? writeAmount(value) : String(value));
