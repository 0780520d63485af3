import {
  type AccessContext,
  type HttpRoutes,
  inject,
  injectable,
  type Person,
  type PortalError,
  type RouteContext,
  type Router,
  z,
} from '@portico/core';
import { budgetPeriods, budgetTargets, budgetUnits } from '../entities/budget-rules.js';
import { BudgetEntry, type TypedBudget, typedBudget } from '../services/spending/budget-entry.js';
import { BudgetHistory } from '../services/spending/budget-history.js';
import { amount, BudgetPresenter } from '../services/spending/budget-presenter.js';
import { BudgetUsage } from '../services/spending/budget-usage.js';
import { Budgets, type StoredBudget } from '../services/spending/budgets.js';
import { adminTabs } from './admin-tabs.js';
import { access, addTableRoutes, answerForm, type EnteredTable, problemsOf } from './entered-table.js';
import { idParams } from './input.js';

const place = '/ai-creator/budgets';
const changeForm = typedBudget.extend({ revision: z.coerce.number().int().min(1) });
type AnyContext = RouteContext<unknown, unknown, unknown>;

/** Budgets and rate limits. */
@injectable()
export class BudgetRoutes implements HttpRoutes, EnteredTable<TypedBudget> {
  readonly prefix = place;
  readonly page = 'budgets';
  readonly form = typedBudget;

  constructor(
    @inject(Budgets) private readonly budgets: Budgets,
    @inject(BudgetEntry) private readonly entry: BudgetEntry,
    @inject(BudgetPresenter) private readonly words: BudgetPresenter,
    @inject(BudgetUsage) private readonly usage: BudgetUsage,
    @inject(BudgetHistory) private readonly history: BudgetHistory,
  ) {}

  register(router: Router): void {
    addTableRoutes(router, this);

    router.get('/:id', { access, params: idParams }, (ctx) => this.showOne(ctx, ctx.input.params.id));

    router.post('/:id', { access, params: idParams, body: changeForm }, (ctx) => {
      const { id } = ctx.input.params;
      const { revision, ...typed } = ctx.input.body;
      return answerForm(
        ctx,
        (by) => this.budgets.change(id, this.entry.read(typed, ctx.access.locale), revision, by),
        { place, sentence: ctx.text('budgets.changed') },
        (error) => this.showOne(ctx, id, { typed, revision, error }),
      );
    });
  }

  add(typed: TypedBudget, by: Person, { locale }: AccessContext): Promise<unknown> {
    return this.budgets.add(this.entry.read(typed, locale), by);
  }

  remove(id: string, by: Person): Promise<unknown> {
    return this.budgets.remove(id, by);
  }

  async show(ctx: AnyContext, typed: Partial<TypedBudget>, error?: PortalError): Promise<void> {
    const rules = this.budgets.all();
    const uses = await this.usage.of(rules);
    ctx.render(
      'budgets',
      {
        tabs: adminTabs(ctx, 'budgets'),
        budgets: rules.map((rule) => ({
          ...this.row(ctx, rule),
          used: this.words.use(rule, uses.get(rule.id), ctx.access.locale),
        })),
        form: { target: 'each-person', unit: 'images', period: 'day', ...typed },
        ...this.choices(ctx),
        ...problemsOf(error),
      },
      { title: ctx.text('budgets.title'), ...(error && { status: error.status }) },
    );
  }

  /** One budget with its history. After a conflict both values are on the page, and the next press of the button replaces what is stored. */
  private async showOne(
    ctx: AnyContext,
    id: string,
    failed?: { readonly typed: TypedBudget; readonly revision: number; readonly error: PortalError },
  ): Promise<void> {
    const stored = this.budgets.find(id);
    const changes = await this.history.of(id, ctx.access.locale);
    const isConflict = failed?.error.code === 'budget-conflict';
    const problems = isConflict
      ? { error: ctx.text('budgets.conflict', { name: changes[0]?.by ?? '' }), errors: {} }
      : problemsOf(failed?.error);
    const { target, unit, soft, hard } = this.row(ctx, stored);
    ctx.render(
      'budget',
      {
        id,
        revision: isConflict ? stored.revision : (failed?.revision ?? stored.revision),
        form: failed?.typed ?? this.entry.write(stored),
        stored: isConflict && { target, unit, soft, hard },
        ...this.choices(ctx),
        changes,
        ...problems,
        kind: isConflict ? 'warning' : 'danger',
      },
      { title: ctx.text('budgets.change-title'), ...(failed && { status: failed.error.status }) },
    );
  }

  private row(ctx: AnyContext, rule: StoredBudget): Readonly<Record<string, string | undefined>> {
    const { locale } = ctx.access;
    const names = { target: this.words.target(rule, locale), unit: this.words.unit(rule, locale) };
    const limit = (value: number | null): string | undefined => (value === null ? undefined : amount(rule.unit, value));
    return {
      id: rule.id,
      ...names,
      soft: limit(rule.softLimit),
      hard: limit(rule.hardLimit),
      changeLabel: ctx.text('budgets.change-label', names),
      removeLabel: ctx.text('budgets.remove-label', names),
    };
  }

  private choices(ctx: AnyContext): object {
    const options = (names: readonly string[], prefix: string): readonly object[] =>
      names.map((value) => ({ value, label: ctx.text(`${prefix}-${value}`) }));
    return {
      targets: options(budgetTargets, 'budgets.choose'),
      units: options(budgetUnits, 'budgets.unit'),
      periods: options(budgetPeriods, 'budgets.per'),
      subjects: this.entry.subjects(),
    };
  }
}
