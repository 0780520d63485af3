import { type HttpRoutes, inject, injectable, type PortalError, type RouteContext, type Router, z } from '@portico/core';
import { BudgetEntry, type TypedBudget, typedBudget } from '../services/budgets/budget-entry.js';
import { BudgetHistory } from '../services/budgets/budget-history.js';
import { BudgetRepository } from '../services/budgets/budget-repository.js';
import { BudgetTable } from '../services/budgets/budget-table.js';
import { access, answerForm, idParams, problemsOf } from './entered-table-routes.js';

const place = '/ai-creator/budgets';
const changeForm = typedBudget.extend({ revision: z.coerce.number().int().min(1) });
type AnyContext = RouteContext<unknown, unknown, unknown>;

interface FailedChange {
  readonly typed: TypedBudget;
  readonly revision: number;
  readonly error: PortalError;
}

/** One budget with its history, and changing it. The table of all is `tableRoutes(BudgetTable)`. */
@injectable()
export class BudgetRoutes implements HttpRoutes {
  readonly prefix = place;

  constructor(
    @inject(BudgetRepository) private readonly budgets: BudgetRepository,
    @inject(BudgetEntry) private readonly entry: BudgetEntry,
    @inject(BudgetTable) private readonly table: BudgetTable,
    @inject(BudgetHistory) private readonly history: BudgetHistory,
  ) {}

  register(router: Router): void {
    router.get('/:id', { access, params: idParams }, (ctx) => this.show(ctx, ctx.input.params.id));

    router.post('/:id', { access, params: idParams, body: changeForm }, (ctx) => {
      const { id } = ctx.input.params;
      const { revision, ...typed } = ctx.input.body;
      return answerForm(
        ctx,
        (person) => this.budgets.change(id, this.entry.read(typed, ctx.access.locale), revision, { person, via: 'screen' }),
        { place, sentence: ctx.text('budgets.changed') },
        (error) => this.show(ctx, id, { typed, revision, error }),
      );
    });
  }

  /** After a conflict both values are on the page, and the next press of the button replaces what is stored. */
  private async show(ctx: AnyContext, id: string, failed?: FailedChange): Promise<void> {
    const { locale } = ctx.access;
    const stored = await this.budgets.find(id);
    const changes = await this.history.of(id, locale);
    const isConflict = failed?.error.code === 'budget-conflict';
    const problems = isConflict
      ? { error: ctx.text('budgets.conflict', { name: changes[0]?.by ?? '' }), errors: {} }
      : problemsOf(failed?.error);
    ctx.render(
      'budget',
      {
        id,
        revision: isConflict ? stored.revision : (failed?.revision ?? stored.revision),
        form: failed?.typed ?? this.entry.write(stored),
        stored: isConflict && this.table.labels(stored, locale),
        ...this.table.choices(ctx.access),
        changes,
        ...problems,
        kind: isConflict ? 'warning' : 'danger',
      },
      { title: ctx.text('budgets.change-title'), ...(failed && { status: failed.error.status }) },
    );
  }
}
