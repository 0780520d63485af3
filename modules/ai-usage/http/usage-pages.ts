import {
  AuditLog,
  type Class,
  Clock,
  type HttpRoutes,
  inject,
  injectable,
  type RouteContext,
  type Router,
  UnitOfWork,
  z,
} from '@portico/core';
import { csvStream } from '@portico/core/util';
import { UsagePermissions, UsageTabs } from '../api/index.js';
import { formatMoney } from '../api/money.js';
import { BudgetTable } from '../services/budgets/budget-table.js';
import { requestRows } from '../services/report/usage-csv.js';
import { usageRange } from '../services/report/usage-range.js';
import { type UsageFilter, type UsageGroup, UsageReport, type UsageSum } from '../services/report/usage-report.js';
import { shares, usageChart } from './usage-chart.js';

/** AI Usage at one address: of the whole instance, or with `~` of one site. As a page, or as the file that is exported from it. */
export function usageRoutes(prefix: `${'' | '~'}/ai-creator/usage${'' | '.csv'}`): Class<HttpRoutes> {
  @injectable()
  class UsageRoutes implements HttpRoutes {
    readonly prefix = prefix;

    constructor(@inject(UsagePages) private readonly pages: UsagePages) {}

    register(router: Router): void {
      const access = { permission: prefix.startsWith('~') ? UsagePermissions.viewSite : UsagePermissions.manage };
      router.get('/', { access, query: usageQuery }, (ctx) =>
        prefix.endsWith('.csv') ? this.pages.csv(ctx) : this.pages.show(ctx),
      );
    }
  }
  return UsageRoutes;
}

const date = z.iso.date().optional();
const usageQuery = z.strictObject({
  from: z.union([date, z.literal('').transform(() => undefined)]),
  to: z.union([date, z.literal('').transform(() => undefined)]),
  after: z
    .string()
    .max(100)
    .regex(/^[\w:.~-]+$/)
    .optional(),
});
const page = '/ai-creator/usage';
type UsageQuery = z.output<typeof usageQuery>;
type UsageContext = RouteContext<unknown, UsageQuery>;

/** The usage of the instance, or of one site: the scope of the request decides. */
@injectable()
export class UsagePages {
  constructor(
    @inject(UsageReport) private readonly report: UsageReport,
    @inject(UsageTabs) private readonly tabs: UsageTabs,
    @inject(BudgetTable) private readonly budgets: BudgetTable,
    @inject(Clock) private readonly clock: Clock,
    @inject(UnitOfWork) private readonly unitOfWork: UnitOfWork,
    @inject(AuditLog) private readonly audit: AuditLog,
  ) {}

  async show(ctx: UsageContext): Promise<void> {
    const { filter, last } = this.filterOf(ctx);
    const { locale, scope } = ctx.access;
    const place = scope.kind === 'site' ? '~/ai-creator/usage' : '/ai-creator/usage';
    const groups: readonly UsageGroup[] = scope.kind === 'site' ? ['person', 'model'] : ['site', 'person', 'model'];
    const [days, totals, { lines, next }, ...sums] = await Promise.all([
      this.report.sums('day', filter),
      this.report.totals(filter),
      this.report.entries(filter, ctx.input.query.after),
      ...groups.map((group) => this.report.sums(group, filter)),
    ]);
    const currency = totals[0]?.currency;
    const sumModel = (sum: UsageSum): object => ({
      ...sum,
      cost: currency && sum.cost > 0 && totals.length === 1 ? formatMoney(sum.cost, currency, locale) : undefined,
    });
    const barsOf = (all: readonly UsageSum[]): readonly object[] => {
      const lengths = shares(all);
      return all.map((sum, index) => ({ ...sumModel(sum), share: lengths[index] }));
    };
    const range = `from=${filter.from}&to=${last}`;
    ctx.render(
      'usage',
      {
        place,
        from: filter.from,
        to: last,
        today: this.today(),
        tabs: scope.kind === 'site' ? [] : this.tabs.of(ctx, page),
        notes: scope.kind === 'site' ? [] : await this.budgets.notes(locale),
        images: days.reduce((sum, day) => sum + day.images, 0),
        requests: days.reduce((sum, day) => sum + day.requests, 0),
        failed: days.reduce((sum, day) => sum + day.failed, 0),
        totals: totals.map((total) => formatMoney(Number(total.cost), total.currency, locale)),
        unpriced: days.reduce((sum, day) => sum + day.unpriced, 0),
        chart: usageChart(days, filter.from, filter.until),
        days: days.map(sumModel),
        groups: groups.map((group, index) => ({
          heading: ctx.text(`usage.images-by-${group}`),
          title: ctx.text(`usage.by-${group}`),
          sums: barsOf(sums[index] ?? []),
        })),
        lines: lines.map((line) => ({
          ...line,
          cost: line.cost === null || !line.currency ? undefined : formatMoney(line.cost, line.currency, locale),
          error: line.errorCode ?? undefined,
          isReserved: line.state === 'reserved',
        })),
        showsSites: scope.kind === 'instance',
        first: ctx.input.query.after ? `${ctx.url(place)}?${range}` : undefined,
        next: next && `${ctx.url(place)}?${range}&after=${encodeURIComponent(next)}`,
        csvHref: `${ctx.url(place)}.csv?${range}`,
      },
      { title: ctx.text('usage.title') },
    );
  }

  async csv(ctx: UsageContext): Promise<void> {
    const { filter, last } = this.filterOf(ctx);
    await this.unitOfWork.write((transaction) =>
      this.audit.record(transaction, {
        area: 'ai-usage',
        subject: 'usage',
        scope: filter.siteId ?? 'instance',
        action: 'exported',
        after: { from: filter.from, until: last },
      }),
    );
    ctx.attachment(`ai-usage-${filter.from}-${last}.csv`);
    ctx.type = 'text/csv; charset=utf-8';
    ctx.body = csvStream(requestRows(this.report, filter));
  }

  private filterOf(ctx: UsageContext): { readonly filter: UsageFilter; readonly last: string } {
    const { from, last, until } = usageRange(ctx.input.query, this.today());
    return { filter: { siteId: ctx.access.site?.id, from, until }, last };
  }

  private today(): string {
    return this.clock.now().toISOString().slice(0, 10);
  }
}
