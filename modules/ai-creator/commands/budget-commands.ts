import { type Command, type CommandCall, type CommandOption, inject, injectable, Messages } from '@portico/core';
import { budgetPeriods, budgetTargets, budgetUnits } from '../entities/budget-rules.js';
import { BudgetEntry, typedBudget } from '../services/spending/budget-entry.js';
import { amount, BudgetPresenter } from '../services/spending/budget-presenter.js';
import { BudgetUsage, type BudgetUse } from '../services/spending/budget-usage.js';
import { Budgets, type StoredBudget } from '../services/spending/budgets.js';
import { asOption, Operator } from './operator.js';
import { typedOptions, withOptionNames } from './typed-options.js';

/** The option of each field of the form. */
const names = { target: 'for', subject: 'which', unit: 'counts', period: 'per', softLimit: 'warn', hardLimit: 'refuse' } as const;
const id = { name: 'id', required: true, description: 'Id of the budget, as `budgets list` prints it.' } as const;
const fields: readonly CommandOption[] = [
  { name: 'for', value: 'whom', description: `Whom it limits: ${budgetTargets.join(', ')}.` },
  { name: 'which', value: 'name', description: 'Address of the site, email address of the person, or name of the role.' },
  { name: 'counts', value: 'what', description: `What it counts: ${budgetUnits.join(', ')}.` },
  { name: 'per', value: 'period', description: `In which time: ${budgetPeriods.join(', ')}. Default: day.` },
  { name: 'warn', value: 'limit', description: 'Beyond it people are warned.' },
  { name: 'refuse', value: 'limit', description: 'Beyond it nothing is sent.' },
  asOption,
];

/** Budgets as a terminal shows them. */
@injectable()
export class BudgetLines {
  constructor(
    @inject(BudgetPresenter) private readonly words: BudgetPresenter,
    @inject(Messages) private readonly messages: Messages,
  ) {}

  of(rule: StoredBudget, locale: string): string {
    return this.line(rule, locale, []);
  }

  /** With what is used of it now. */
  withUse(rule: StoredBudget, use: BudgetUse | undefined, locale: string): string {
    const used = this.words.use(rule, use, locale) ?? '–';
    return this.line(rule, locale, [`${this.messages.text('budgets.used', {}, locale)} ${used}`]);
  }

  private line(rule: StoredBudget, locale: string, used: readonly string[]): string {
    const limit = (key: string, value: number | null): string =>
      `${this.messages.text(key, {}, locale)} ${value === null ? '–' : amount(rule.unit, value)}`;
    const { softLimit, hardLimit } = rule;
    const limits = [limit('budgets.soft', softLimit), limit('budgets.hard', hardLimit)];
    return [rule.id, this.words.target(rule, locale), this.words.unit(rule, locale), ...used, ...limits].join('  ');
  }
}

@injectable()
export class BudgetsList implements Command {
  readonly name = 'budgets list';
  readonly summary = 'Lists the budgets and rate limits of AI images, with what is used of them now.';
  readonly whenEmpty = 'There is no budget: everybody who may create images may create as many as they like.';
  readonly options = [asOption];

  constructor(
    @inject(Operator) private readonly operator: Operator,
    @inject(Budgets) private readonly budgets: Budgets,
    @inject(BudgetUsage) private readonly usage: BudgetUsage,
    @inject(BudgetLines) private readonly lines: BudgetLines,
  ) {}

  async run({ options, print }: CommandCall): Promise<void> {
    const { locale } = this.operator.person(options.as);
    const rules = this.budgets.all();
    const uses = await this.usage.of(rules);
    for (const rule of rules) print(this.lines.withUse(rule, uses.get(rule.id), locale));
  }
}

@injectable()
export class BudgetsAdd implements Command {
  readonly name = 'budgets add';
  readonly summary = 'Adds a budget or a rate limit for AI images.';
  readonly options = fields.map((field) =>
    field.name === 'for' || field.name === 'counts' ? { ...field, required: true } : field,
  );

  constructor(
    @inject(Operator) private readonly operator: Operator,
    @inject(Budgets) private readonly budgets: Budgets,
    @inject(BudgetEntry) private readonly entry: BudgetEntry,
    @inject(BudgetLines) private readonly lines: BudgetLines,
  ) {}

  async run({ options, print }: CommandCall): Promise<void> {
    const { person, locale } = this.operator.person(options.as);
    const rule = await withOptionNames(names, () =>
      this.budgets.add(this.entry.read(typedBudget.parse(typedOptions(options, names)), locale), person, 'command'),
    );
    print(this.lines.of(rule, locale));
  }
}

@injectable()
export class BudgetsChange implements Command {
  readonly name = 'budgets change';
  readonly summary = 'Changes a budget; what is left out stays. An empty limit ("") takes it away.';
  readonly arguments = [id];
  readonly options = fields;

  constructor(
    @inject(Operator) private readonly operator: Operator,
    @inject(Budgets) private readonly budgets: Budgets,
    @inject(BudgetEntry) private readonly entry: BudgetEntry,
    @inject(BudgetLines) private readonly lines: BudgetLines,
  ) {}

  async run({ arguments: { id: wanted = '' }, options, print }: CommandCall): Promise<void> {
    const { person, locale } = this.operator.person(options.as);
    const stored = this.budgets.find(wanted);
    const rule = await withOptionNames(names, () => {
      const changed = typedOptions(options, names);
      // Whom it was for goes with what it was for.
      const before = changed.target === undefined ? this.entry.write(stored) : { ...this.entry.write(stored), subject: '' };
      const typed = typedBudget.parse({ ...before, ...changed });
      return this.budgets.change(wanted, this.entry.read(typed, locale), stored.revision, person, 'command');
    });
    print(this.lines.of(rule, locale));
  }
}

@injectable()
export class BudgetsRemove implements Command {
  readonly name = 'budgets remove';
  readonly summary = 'Removes a budget.';
  readonly arguments = [id];
  readonly options = [asOption];

  constructor(
    @inject(Operator) private readonly operator: Operator,
    @inject(Budgets) private readonly budgets: Budgets,
    @inject(BudgetLines) private readonly lines: BudgetLines,
  ) {}

  async run({ arguments: { id: wanted = '' }, options, print }: CommandCall): Promise<void> {
    const { person, locale } = this.operator.person(options.as);
    print(this.lines.of(await this.budgets.remove(wanted, person, 'command'), locale));
  }
}
