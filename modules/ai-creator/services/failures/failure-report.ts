import { type FailureSum, UsageLedger } from '@portico/ai-usage/api';
import { Clock, In, inject, injectable, UnitOfWork } from '@portico/core';
import { Generation } from '../../entities/generation.js';
import { imagesFeature } from '../spending/generation-usage.js';
import type { Failure } from './failure-messages.js';

/** How often something failed lately. */
export interface FailureCount {
  readonly code: string;
  readonly count: number;
  /** ISO 8601. */
  readonly last: string;
  /** The last one; undefined when its generation has been forgotten. */
  readonly example: Failure | undefined;
  /** What the safety system named, with how often; the most frequent first. */
  readonly categories: readonly { readonly name: string; readonly count: number }[];
}

/** How far back is looked, in days. */
export const reportedDays = 30;
const dayMillis = 86_400_000;

/** Counts failures by code, and refusals of the safety system by what they name. */
@injectable()
export class FailureReport {
  constructor(
    @inject(UnitOfWork) private readonly unitOfWork: UnitOfWork,
    @inject(UsageLedger) private readonly ledger: UsageLedger,
    @inject(Clock) private readonly clock: Clock,
  ) {}

  /** The most frequent first. */
  async recent(): Promise<readonly FailureCount[]> {
    const since = new Date(this.clock.now().getTime() - reportedDays * dayMillis).toISOString();
    const { rows, examples } = await this.unitOfWork.read(async (reader) => {
      const rows = await this.ledger.failures(reader, imagesFeature, since);
      return { rows, examples: await reader.repository(Generation).findBy({ id: In(rows.map(({ id }) => id)) }) };
    });
    return [...new Set(rows.map(({ code }) => code))]
      .map((code) =>
        countOf(
          code,
          rows.filter((row) => row.code === code),
          examples,
        ),
      )
      .sort((left, right) => right.count - left.count || left.code.localeCompare(right.code));
  }
}

function countOf(code: string, rows: readonly FailureSum[], examples: readonly Generation[]): FailureCount {
  const named = new Map<string, number>();
  for (const { categories, count } of rows)
    for (const name of categories?.split(',') ?? []) named.set(name, (named.get(name) ?? 0) + count);
  const newest = rows
    .map(({ id }) => id)
    .sort()
    .at(-1);
  return {
    code,
    example: examples.find(({ id }) => id === newest),
    count: rows.reduce((sum, row) => sum + row.count, 0),
    last:
      rows
        .map(({ last }) => last)
        .sort()
        .at(-1) ?? '',
    categories: [...named].map(([name, count]) => ({ name, count })).sort((left, right) => right.count - left.count),
  };
}
