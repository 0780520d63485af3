import { Clock, type Command, type CommandCall, inject, injectable, invalidInput, z } from '@portico/core';
import { csvStream } from '@portico/core/util';
import { formatMoney } from '../api/money.js';
import { BudgetEntry, typedBudget } from '../services/budgets/budget-entry.js';
import { BudgetRepository } from '../services/budgets/budget-repository.js';
import { BudgetTable } from '../services/budgets/budget-table.js';
import { requestRows, sumRows } from '../services/report/usage-csv.js';
import { usageRange } from '../services/report/usage-range.js';
import { type UsageFilter, type UsageGroup, UsageReport, usageGroups } from '../services/report/usage-report.js';
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

/** What was made, by whom, and what it cost: AI Usage from a terminal. */
@injectable()
export class UsageCommand implements Command {
  readonly name = 'usage';
  readonly summary = 'Says how many AI images were made, and what they cost by the price table.';
  readonly options = [
    { name: 'by', value: 'what', description: 'Sums by day, site, person or model. Default: day.' },
    { name: 'site', value: 'address', description: 'One site; left out: all.' },
    { name: 'from', value: 'date', description: 'First day, YYYY-MM-DD. Default: thirty days.' },
    { name: 'to', value: 'date', description: 'Last day. Default: today.' },
    { name: 'csv', description: 'As CSV: the sums with --by, else every request, as AI Usage exports it.' },
    asOption,
  ];

  constructor(
    @inject(Operator) private readonly operator: Operator,
    @inject(UsageReport) private readonly report: UsageReport,
    @inject(Clock) private readonly clock: Clock,
  ) {}

  async run({ options, print }: CommandCall): Promise<void> {
    const { site, locale } = this.operator.access(options.as, options.site);
    const group = groupOf(options.by);
    const today = this.clock.now().toISOString().slice(0, 10);
    const { from, until } = usageRange({ from: dayOf('from', options.from), to: dayOf('to', options.to) }, today);
    const filter = { siteId: site?.id, from, until };
    if (!options.csv) return this.print(group ?? 'day', filter, locale, print);
    const rows = group ? sumRows(this.report, group, filter) : requestRows(this.report, filter);
    for await (const lines of csvStream(rows) as AsyncIterable<string>) print(lines.replaceAll('\r\n', '\n').trimEnd());
  }

  private async print(group: UsageGroup, filter: UsageFilter, locale: string, print: (line: string) => void): Promise<void> {
    const [sums, totals] = await Promise.all([this.report.sums(group, filter), this.report.totals(filter)]);
    const currency = totals.length === 1 ? totals[0]?.currency : undefined;
    const width = Math.max(5, ...sums.map(({ label }) => label.length));
    const line = (label: string, requests: number, failed: number, images: number, cost: string): void =>
      print(`${label.padEnd(width)}  ${requests} requests  ${failed} failed  ${images} images  ${cost}`.trimEnd());
    for (const { label, requests, failed, images, cost } of sums)
      line(label, requests, failed, images, currency && cost > 0 ? formatMoney(cost, currency, locale) : '');
    const days = group === 'day' ? sums : await this.report.sums('day', filter);
    const all = (name: 'requests' | 'failed' | 'images' | 'unpriced'): number => days.reduce((sum, day) => sum + day[name], 0);
    const cost = totals.map((total) => formatMoney(Number(total.cost), total.currency, locale)).join(' + ');
    line('total', all('requests'), all('failed'), all('images'), cost);
    if (all('unpriced') > 0) print(`${all('unpriced')} requests have no known cost.`);
  }
}

function groupOf(by: string | boolean | undefined): UsageGroup | undefined {
  if (by === undefined) return undefined;
  const group = usageGroups.find((each) => each === by);
  if (!group) throw invalidInput({ '--by': `One of: ${usageGroups.join(', ')}.` }, 'Some options need your attention.');
  return group;
}

function dayOf(name: string, typed: string | boolean | undefined): string | undefined {
  if (typed === undefined) return undefined;
  const day = z.iso.date().safeParse(typed);
  if (!day.success) throw invalidInput({ [`--${name}`]: 'A day such as 2026-11-22.' }, 'Some options need your attention.');
  return day.data;
}
