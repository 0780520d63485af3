import { inject, injectable, UnitOfWork } from '@portico/core';
import type { Provenance } from '@portico/documents-media/api';
import { UsageEntry } from '../../entities/usage-entry.js';

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
