import { type Lifetime, type Log, toDisposable, type UnitOfWork } from '@portico/core';
import { every, pages } from '@portico/core/util';

const firstMillis = 2_000;
const againMillis = 6 * 3_600_000;

/** Rows that were made by earlier rules. Each says by which, so that what is done stays done. */
export interface EarlierRows<T> {
  /** A page of them in the order of their ids; its parameters are the rules of today, and the last id before. */
  readonly sql: string;
  readonly rules: number;
  /** Puts one right by the rules of today. Answers whether that made it another one. */
  repair(row: T): Promise<boolean>;
  /** Logged when it cannot go on. */
  readonly failure: string;
  /** Logged with the number of those that are others now. */
  readonly success: string;
}

/**
 * Puts rows right that were made by earlier rules: some seconds after the start, one after the other, and again every six hours for those that
 * could not be put right. A portal that stops goes on with the rest when it starts again.
 */
export function repairInBackground<T extends { readonly id: string }>(
  lifetime: Lifetime,
  unitOfWork: UnitOfWork,
  log: Log,
  { sql, rules, repair, failure, success }: EarlierRows<T>,
): void {
  let isOver = false;
  const work = async (): Promise<void> => {
    let changed = 0;
    try {
      const read = (after: string): Promise<readonly T[]> => unitOfWork.read((reader) => reader.query<T>(sql, [rules, after]));
      for await (const rows of pages(read, ({ id }) => id))
        for (const row of rows) {
          if (isOver) return;
          if (await repair(row)) changed += 1;
        }
    } catch (error) {
      log.warn(failure, { error });
    }
    if (changed > 0) log.info(success, { changed });
  };
  lifetime.add(every(againMillis, work, firstMillis));
  lifetime.add(
    toDisposable(() => {
      isOver = true;
    }),
  );
}
