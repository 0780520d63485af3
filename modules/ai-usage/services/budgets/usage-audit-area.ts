import { type AuditArea, type AuditDescription, type AuditRecord, inject, injectable, Messages } from '@portico/core';
import type { BudgetRule } from '../../api/budgets.js';
import { amount, BudgetPresenter } from './budget-presenter.js';

/** Puts changes of budgets and prices into the words of their screens. */
@injectable()
export class UsageAuditArea implements AuditArea {
  readonly area = 'ai-usage';
  readonly label = 'module.name';

  constructor(
    @inject(Messages) private readonly messages: Messages,
    @inject(BudgetPresenter) private readonly presenter: BudgetPresenter,
  ) {}

  describe({ subject, attribute = '', before, after }: AuditRecord, locale = 'en'): AuditDescription | undefined {
    if (subject === 'price') return { what: this.messages.text('audit.price', { model: attribute }, locale) };
    if (subject !== 'budget') return undefined;
    const target = this.presenter.target((after ?? before ?? {}) as BudgetRule, locale);
    return {
      what: this.messages.text('audit.budget', { target }, locale),
      value: (said) => this.limits(said as BudgetRule, locale),
    };
  }

  /** E.g. "images per day: warning from 5, 10 at most". */
  private limits(rule: BudgetRule, locale: string): string {
    const unit = this.presenter.unit(rule, locale);
    const { softLimit, hardLimit } = rule;
    const parts = [
      ...(softLimit === null ? [] : [this.messages.text('audit.soft', { limit: amount(rule.unit, softLimit) }, locale)]),
      ...(hardLimit === null ? [] : [this.messages.text('audit.hard', { limit: amount(rule.unit, hardLimit) }, locale)]),
    ];
    return `${unit}: ${parts.join(', ')}`;
  }
}
