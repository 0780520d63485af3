import { In, inject, injectable, type Reader, UnitOfWork } from '@portico/core';
import { UsageEntry } from '../../entities/usage-entry.js';
import type { Provenance } from '../documents/provenance.js';
import type { Cost } from './prices.js';

/** What generations cost, by id; those whose cost is not known, or not yet, are left out. */
export async function costsOf(reader: Reader, ids: readonly string[]): Promise<ReadonlyMap<string, Cost>> {
  const entries = await reader.repository(UsageEntry).findBy({ id: In([...ids]), state: 'settled' });
  return new Map(
    entries.flatMap(({ id, cost, currency }) => (cost === null || !currency ? [] : [[id, { cost, currency }] as const])),
  );
}

/** What a generation cost, once that is known. */
@injectable()
export class GenerationCost {
  constructor(@inject(UnitOfWork) private readonly unitOfWork: UnitOfWork) {}

  async of(id: string): Promise<Provenance['cost']> {
    const entry = await this.unitOfWork.read((reader) => reader.repository(UsageEntry).findOneBy({ id, state: 'settled' }));
    return entry && entry.cost !== null && entry.currency
      ? { amount: entry.cost / 1_000_000, currency: entry.currency }
      : undefined;
  }
}
