import {
  Clock,
  inject,
  injectable,
  Messages,
  type Reader,
  type RoleName,
  type RoleReference,
  type Transaction,
} from '@portico/core';
import { BudgetPresenter } from './budget-presenter.js';
import { BudgetRepository } from './budget-repository.js';

/** The names of roles that have budgets. */
@injectable()
export class BudgetRoleReferences implements RoleReference {
  constructor(
    @inject(BudgetRepository) private readonly budgets: BudgetRepository,
    @inject(BudgetPresenter) private readonly presenter: BudgetPresenter,
    @inject(Messages) private readonly messages: Messages,
    @inject(Clock) private readonly clock: Clock,
  ) {}

  async usesOf(reader: Reader, role: RoleName, locale: string): Promise<readonly string[]> {
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
