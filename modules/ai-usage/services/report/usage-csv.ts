import type { CsvRow } from '@portico/core/util';
import { writeAmount } from '../amounts.js';
import type { UsageFilter, UsageGroup, UsageReport } from './usage-report.js';

const requestHeadings = [
  'time',
  'site',
  'person',
  'model',
  'quality',
  'images',
  'input tokens',
  'output tokens',
  'cost',
  'currency',
  'error',
];
const pageSize = 500;

/** Every request, newest first; read page by page, so that a year of usage takes no more memory than an hour. */
export async function* requestRows(report: UsageReport, filter: UsageFilter): AsyncGenerator<CsvRow> {
  yield requestHeadings;
  let cursor: string | undefined;
  do {
    const { lines, next } = await report.entries(filter, cursor, pageSize);
    for (const line of lines)
      yield [
        line.at,
        line.site,
        line.person,
        line.model,
        line.quality,
        line.images,
        line.inputTokens,
        line.outputTokens,
        line.cost === null ? null : writeAmount(line.cost),
        line.currency,
        line.errorCode,
      ];
    cursor = next;
  } while (cursor);
}

/** Sums by day, site, person or model. The cost is left out where it is in several currencies. */
export async function* sumRows(report: UsageReport, group: UsageGroup, filter: UsageFilter): AsyncGenerator<CsvRow> {
  const totals = await report.totals(filter);
  const currency = totals.length === 1 ? totals[0]?.currency : undefined;
  yield [group, 'requests', 'failed', 'images', 'cost', 'currency', 'without cost'];
  for (const { label, requests, failed, images, cost, unpriced } of await report.sums(group, filter, 100_000))
    yield [label, requests, failed, images, currency ? writeAmount(cost) : null, currency, unpriced];
}
