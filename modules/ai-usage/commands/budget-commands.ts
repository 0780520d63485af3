import { type Command, type CommandCall, inject, injectable } from '@portico/core';
import { BudgetEntry, typedBudget } from '../services/budgets/budget-entry.js';
import { BudgetRepository } from '../services/budgets/budget-repository.js';
import { BudgetTable } from '../services/budgets/budget-table.js';
import { asOption, Operator } from './operator.js';
import { typedOptions, withOptionNames } from './table-commands.js';

/** What the table of prices has no need of: a budget keeps its id and its history. */
@injectable()
export class BudgetsChange implements Command {
  readonly name = 'budgets change';
  readonly summary = 'Changes a budget; what is left out stays. An empty limit ("") takes it away.';
  readonly arguments: Command['arguments'];
  readonly options: Command['options'];

  constructor(
    @inject(Operator) private readonly operator: Operator,
    @inject(BudgetRepository) private readonly budgets: BudgetRepository,
    @inject(BudgetEntry) private readonly entry: BudgetEntry,
    @inject(BudgetTable) private readonly table: BudgetTable,
  ) {
    this.arguments = [{ name: 'id', required: true, description: table.commands.remove.id }];
    this.options = [...table.options, asOption];
  }

  async run({ arguments: { id = '' }, options, print }: CommandCall): Promise<void> {
    const { person, locale } = this.operator.person(options.as);
    const stored = await this.budgets.find(id);
    const names = this.table.optionNames;
    const rule = await withOptionNames(names, () => {
      const changed = typedOptions(options, names);
      // Whom it was for goes with what it was for.
      const before = changed.target === undefined ? this.entry.write(stored) : { ...this.entry.write(stored), subject: '' };
      const typed = typedBudget.parse({ ...before, ...changed });
      return this.budgets.change(id, this.entry.read(typed, locale), stored.revision, { person, via: 'command' });
    });
    print(this.table.line(rule, locale));
  }
}
