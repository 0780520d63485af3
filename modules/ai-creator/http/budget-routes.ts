import {
  PortalError as Failure,
  Flags,
  type HttpRoutes,
  inject,
  injectable,
  invalidInput,
  notFound,
  optional,
  type PortalError,
  type RouteContext,
  type Router,
  type ServiceHandle,
  SiteDirectory,
  z,
} from '@portico/core';
import { instanceRoles, People, siteRoles } from '@portico/identity/api';
import { creatorFlag } from '../services/availability.js';
import { type BudgetRule, type BudgetTarget, budgetPeriods, budgetTargets, budgetUnits } from '../services/budget-rules.js';
import { amount, BudgetWords } from '../services/budget-words.js';
import { Budgets } from '../services/budgets.js';
import { readAmount } from '../services/money.js';
import { adminTabs, manageInstance } from './admin-tabs.js';
import { idParams } from './input.js';

const typed = z.string().max(200).default('');
const budgetForm = z.strictObject({
  target: z.enum(budgetTargets),
  subject: typed,
  unit: z.enum(budgetUnits),
  period: z.enum(budgetPeriods).default('day'),
  softLimit: typed,
  hardLimit: typed,
});
type BudgetForm = z.output<typeof budgetForm>;
type AnyContext = RouteContext<unknown, unknown, unknown>;

/** Budgets and rate limits. */
@injectable()
export class BudgetRoutes implements HttpRoutes {
  readonly prefix = '/ai-creator/budgets';

  constructor(
    @inject(Budgets) private readonly budgets: Budgets,
    @inject(BudgetWords) private readonly words: BudgetWords,
    @inject(SiteDirectory) private readonly sites: SiteDirectory,
    @inject(optional(People)) private readonly people: ServiceHandle<People>,
    @inject(Flags) private readonly flags: Flags,
  ) {}

  register(router: Router): void {
    const access = { permission: manageInstance };
    router.get('/', { access }, (ctx) => this.show(ctx, {}));

    router.post('/', { access, body: budgetForm }, async (ctx) => {
      try {
        if (ctx.access.person) await this.budgets.add(this.read(ctx), ctx.access.person);
        ctx.redirectWith('/ai-creator/budgets', ctx.text('budgets.added'));
      } catch (error) {
        if (!(error instanceof Failure) || error.code !== 'invalid-input' || ctx.accepts('html', 'json') === 'json') throw error;
        this.show(ctx, ctx.input.body, error);
      }
    });

    router.post('/:id/remove', { access, params: idParams }, async (ctx) => {
      if (ctx.access.person) await this.budgets.remove(ctx.input.params.id, ctx.access.person);
      ctx.redirectWith('/ai-creator/budgets', ctx.text('budgets.removed'));
    });
  }

  private show(ctx: AnyContext, form: Partial<BudgetForm>, error?: PortalError): void {
    if (!this.flags.isEnabled(creatorFlag)) throw notFound();
    const { locale } = ctx.access;
    const options = (names: readonly string[], prefix: string): readonly object[] =>
      names.map((value) => ({ value, label: ctx.text(`${prefix}-${value}`) }));
    const limit = (rule: BudgetRule, value: number | null): string | undefined =>
      value === null ? undefined : amount(rule.unit, value);
    ctx.render(
      'budgets',
      {
        tabs: adminTabs(ctx, 'budgets'),
        budgets: this.budgets.all().map((rule) => ({
          id: rule.id,
          target: this.words.target(rule, locale),
          unit: this.words.unit(rule, locale),
          soft: limit(rule, rule.softLimit),
          hard: limit(rule, rule.hardLimit),
          removeLabel: ctx.text('budgets.remove-label', {
            target: this.words.target(rule, locale),
            unit: this.words.unit(rule, locale),
          }),
        })),
        form: { target: 'each-person', unit: 'images', period: 'day', ...form },
        targets: options(budgetTargets, 'budgets.choose'),
        units: options(budgetUnits, 'budgets.unit'),
        periods: options(budgetPeriods, 'budgets.per'),
        subjects: [...this.sites.all().map(({ address }) => address), ...siteRoles, ...instanceRoles],
        errors: (error?.details.fields as object | undefined) ?? {},
        error: error?.message,
      },
      { title: ctx.text('budgets.title'), ...(error && { status: error.status }) },
    );
  }

  private read(ctx: RouteContext<unknown, unknown, BudgetForm>): Omit<BudgetRule, 'id'> {
    const { target, unit, period, ...form } = ctx.input.body;
    const errors: Record<string, string> = {};
    const subject = this.subjectOf(target, form.subject.trim());
    if (subject === undefined) errors.subject = ctx.text('budgets.subject-wrong');
    const limitOf = (name: 'softLimit' | 'hardLimit'): number | null => {
      const text = form[name].trim();
      if (text === '') return null;
      const value = unit === 'cost' ? readAmount(text) : /^\d{1,7}$/.test(text) ? Number(text) : undefined;
      if (value === undefined) errors[name] = ctx.text('budgets.limit-wrong');
      return value ?? null;
    };
    const [softLimit, hardLimit] = [limitOf('softLimit'), limitOf('hardLimit')];
    if (Object.keys(errors).length === 0) {
      if (softLimit === null && hardLimit === null) errors.hardLimit = ctx.text('budgets.limit-missing');
      if (softLimit !== null && hardLimit !== null && softLimit > hardLimit) errors.softLimit = ctx.text('budgets.soft-larger');
    }
    if (Object.keys(errors).length > 0) throw invalidInput(errors);
    return { target, subject: subject ?? null, unit, period, softLimit, hardLimit };
  }

  /** What the form's word stands for: the address of a site, the email address of a person, the name of a role. */
  private subjectOf(target: BudgetTarget, typed: string): string | null | undefined {
    if (target === 'site') return this.sites.byAddress(typed)?.id;
    if (target === 'person') return this.people.get()?.byEmail(typed)?.id;
    if (target === 'role' || target === 'each-of-role')
      return [...siteRoles, ...instanceRoles].find((role) => role.toLowerCase() === typed.toLowerCase());
    return null;
  }
}
