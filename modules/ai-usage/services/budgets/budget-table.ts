import { type AccessContext, type CommandOption, inject, injectable, Messages } from '@portico/core';
import { budgetPeriods, budgetTargets, budgetUnits } from '../../api/budgets.js';
import type { Editor } from '../audit.js';
import type { EnteredTable, ShownRow } from '../entered-table.js';
import { BudgetEntry, type TypedBudget, typedBudget } from './budget-entry.js';
import { amount, BudgetPresenter } from './budget-presenter.js';
import { BudgetRepository, type StoredBudget } from './budget-repository.js';
import { BudgetUsage } from './budget-usage.js';

/** Budgets and rate limits as a table that is kept by hand. */
@injectable()
export class BudgetTable implements EnteredTable<StoredBudget, TypedBudget> {
  readonly page = 'budgets';
  readonly columns = [
    { label: 'budgets.target' },
    { label: 'budgets.unit', kind: 'short' },
    { label: 'budgets.used', kind: 'short' },
    { label: 'budgets.soft', kind: 'number' },
    { label: 'budgets.hard', kind: 'number' },
  ] as const;
  readonly form = typedBudget;
  readonly optionNames = {
    target: 'for',
    subject: 'which',
    unit: 'counts',
    period: 'per',
    softLimit: 'warn',
    hardLimit: 'refuse',
  } as const;
  readonly options: readonly CommandOption[] = [
    { name: 'for', value: 'whom', description: `Whom it limits: ${budgetTargets.join(', ')}.` },
    { name: 'which', value: 'name', description: 'Address of the site, email address of the person, or name of the role.' },
    { name: 'counts', value: 'what', description: `What it counts: ${budgetUnits.join(', ')}.` },
    { name: 'per', value: 'period', description: `In which time: ${budgetPeriods.join(', ')}. Default: day.` },
    { name: 'warn', value: 'limit', description: 'Beyond it people are warned.' },
    { name: 'refuse', value: 'limit', description: 'Beyond it nothing is sent.' },
  ];
  readonly commands = {
    list: {
      summary: 'Lists the budgets and rate limits of AI images, with what is used of them now.',
      whenEmpty: 'There is no budget: everybody who may create images may create as many as they like.',
    },
    add: { verb: 'add', summary: 'Adds a budget or a rate limit for AI images.', required: ['for', 'counts'] },
    remove: { summary: 'Removes a budget.', id: 'Id of the budget, as `budgets list` prints it.' },
  } as const;

  constructor(
    @inject(BudgetRepository) private readonly budgets: BudgetRepository,
    @inject(BudgetEntry) private readonly entry: BudgetEntry,
    @inject(BudgetPresenter) private readonly presenter: BudgetPresenter,
    @inject(BudgetUsage) private readonly usage: BudgetUsage,
    @inject(Messages) private readonly messages: Messages,
  ) {}

  async usual(): Promise<Partial<TypedBudget>> {
    return { target: 'each-person', unit: 'images', period: 'day' };
  }

  choices({ locale }: AccessContext): object {
    const options = (names: readonly string[], prefix: string): readonly object[] =>
      names.map((value) => ({ value, label: this.messages.text(`${prefix}-${value}`, {}, locale) }));
    return {
      targets: options(budgetTargets, 'budgets.choose'),
      units: options(budgetUnits, 'budgets.unit'),
      periods: options(budgetPeriods, 'budgets.per'),
      subjects: this.entry.subjects(),
    };
  }

  async notes(locale: string): Promise<readonly string[]> {
    const starting = await this.budgets.starting();
    return starting ? [this.messages.text('budgets.starting', { limit: starting.hardLimit ?? 0 }, locale)] : [];
  }

  async rows(locale: string): Promise<readonly ShownRow[]> {
    const rules = await this.budgets.all();
    const uses = await this.usage.of(rules);
    return rules.map((rule) => {
      const { target, unit, soft, hard } = this.labels(rule, locale);
      const names = { target, unit };
      return {
        id: rule.id,
        title: target,
        cells: [unit, this.presenter.use(rule, uses.get(rule.id), locale), soft, hard].map((text) => ({ text })),
        changeLabel: this.messages.text('budgets.change-label', names, locale),
        removeLabel: this.messages.text('budgets.remove-label', names, locale),
      };
    });
  }

  /** A budget in words; a limit that is not set is undefined. */
  labels(
    rule: StoredBudget,
    locale: string,
  ): { readonly target: string; readonly unit: string; readonly soft: string | undefined; readonly hard: string | undefined } {
    const limit = (value: number | null): string | undefined => (value === null ? undefined : amount(rule.unit, value));
    return {
      target: this.presenter.target(rule, locale),
      unit: this.presenter.unit(rule, locale),
      soft: limit(rule.softLimit),
      hard: limit(rule.hardLimit),
    };
  }

  async lines(locale: string): Promise<readonly string[]> {
    const rules = await this.budgets.all();
    const uses = await this.usage.of(rules);
    return rules.map((rule) => {
      const used = this.presenter.use(rule, uses.get(rule.id), locale) ?? '–';
      return this.lineWith(rule, locale, [`${this.messages.text('budgets.used', {}, locale)} ${used}`]);
    });
  }

  line(rule: StoredBudget, locale: string): string {
    return this.lineWith(rule, locale, []);
  }

  add(typed: TypedBudget, editor: Editor, locale: string): Promise<StoredBudget> {
    return this.budgets.add(this.entry.read(typed, locale), editor);
  }

  remove(id: string, editor: Editor): Promise<StoredBudget> {
    return this.budgets.remove(id, editor);
  }

  private lineWith(rule: StoredBudget, locale: string, used: readonly string[]): string {
    const { target, unit, soft, hard } = this.labels(rule, locale);
    const limit = (key: string, value: string | undefined): string => `${this.messages.text(key, {}, locale)} ${value ?? '–'}`;
    return [rule.id, target, unit, ...used, limit('budgets.soft', soft), limit('budgets.hard', hard)].join('  ');
  }
}
