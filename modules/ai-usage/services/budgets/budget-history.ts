import {
  type AccessContext,
  type AuditArea,
  type AuditDescription,
  AuditLog,
  type AuditRecord,
  Clock,
  inject,
  injectable,
  Messages,
  type Reader,
  type RoleName,
  type RoleReference,
  type Transaction,
} from '@portico/core';
import type { BudgetRule } from '../../api/budgets.js';
import { amount, BudgetPresenter } from './budget-presenter.js';
import { BudgetRepository } from './budget-repository.js';

/** One entry of the audit log about a budget, ready to be read. */
export interface BudgetChange {
  readonly at: string;
  readonly by: string;
  readonly via: string;
  /** E.g. `Refuse beyond: 10 → 20`. */
  readonly what: readonly string[];
}

const shown = 20;

/** What became of a budget, newest first. */
@injectable()
export class BudgetHistory {
  constructor(
    @inject(AuditLog) private readonly audit: AuditLog,
    @inject(BudgetPresenter) private readonly presenter: BudgetPresenter,
    @inject(Messages) private readonly messages: Messages,
  ) {}

  async of(id: string, locale: string): Promise<readonly BudgetChange[]> {
    // Whatever the area: an id is never used again, and older entries stand under another one.
    const { records } = await this.audit.list({ subject: 'budget', attribute: id }, undefined, shown);
    return records.map((record) => ({
      at: record.at.toISOString(),
      by: record.by.name,
      via: this.messages.text(record.via === 'command' ? 'budgets.via-command' : 'budgets.via-screen', {}, locale),
      what: this.differences(record, locale),
    }));
  }

  private differences({ id, before, after }: AuditRecord, locale: string): readonly string[] {
    const [then, now] = [before, after].map((said) =>
      said === undefined ? undefined : this.lines({ ...(said as Omit<BudgetRule, 'id'>), id }, locale),
    );
    if (!then || !now) return Object.entries(now ?? then ?? {}).map(([name, value]) => this.named(name, value, locale));
    return Object.entries(now)
      .filter(([name, value]) => then[name] !== value)
      .map(([name, value]) => this.named(name, `${then[name]} → ${value}`, locale));
  }

  private named(name: string, value: string, locale: string): string {
    return `${this.messages.text(`budgets.${name}`, {}, locale)}: ${value}`;
  }

  private lines(rule: BudgetRule, locale: string): Readonly<Record<string, string>> {
    const limit = (value: number | null): string => (value === null ? '–' : amount(rule.unit, value));
    return {
      target: this.presenter.target(rule, locale),
      unit: this.presenter.unit(rule, locale),
      soft: limit(rule.softLimit),
      hard: limit(rule.hardLimit),
    };
  }
}

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

/** The names of roles that have budgets. */
@injectable()
export class BudgetRoleReferences implements RoleReference {
  constructor(
    @inject(BudgetRepository) private readonly budgets: BudgetRepository,
    @inject(BudgetPresenter) private readonly presenter: BudgetPresenter,
    @inject(Messages) private readonly messages: Messages,
    @inject(Clock) private readonly clock: Clock,
  ) {}

  async usesOf(reader: Reader, role: RoleName, { locale }: AccessContext): Promise<readonly string[]> {
    const budgets = await this.budgets.ofRole(reader, role);
    return budgets
      .slice(0, 20)
      .map((budget) =>
        this.messages.text(
          'budgets.named-by',
          { target: this.presenter.target(budget, locale), unit: this.presenter.unit(budget, locale) },
          locale,
        ),
      );
  }

  renamed(transaction: Transaction, before: RoleName, after: RoleName): Promise<void> {
    return this.budgets.renameRole(transaction, before, after, this.clock.now());
  }

  removed(transaction: Transaction, role: RoleName): Promise<void> {
    return this.budgets.removeRole(transaction, role);
  }
}
