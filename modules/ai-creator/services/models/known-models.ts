import type { ProviderModel } from '@portico/ai-providers/api';
import { inject, injectable, UnitOfWork } from '@portico/core';

import { KnownModel } from '../../entities/known-model.js';
import { ModelKnowledge, type ModelState } from './model-knowledge.js';

/** A statement takes a limited number of values. */
const rowsAtATime = 500;
const none: ReadonlyMap<string, KnownModel> = new Map();

/** The lists of models as services told them, in the database and in memory. */
@injectable()
export class KnownModels {
  /** By provider and name. */
  private readonly lists = new Map<string, ReadonlyMap<string, KnownModel>>();

  constructor(
    @inject(UnitOfWork) private readonly unitOfWork: UnitOfWork,
    @inject(ModelKnowledge) private readonly knowledge: ModelKnowledge,
  ) {}

  async load(): Promise<void> {
    const rows = await this.unitOfWork.read((reader) => reader.repository(KnownModel).find());
    for (const provider of new Set(rows.map((row) => row.provider)))
      this.learn(provider, new Map(rows.filter((row) => row.provider === provider).map((row) => [row.name, row])));
  }

  /** Those of a provider, by name; a read of memory. */
  of(provider: string | undefined): ReadonlyMap<string, KnownModel> {
    return this.lists.get(provider ?? '') ?? none;
  }

  /** When a model of the service in use ends, as far as it is known. */
  stateOf(model: string): ModelState {
    return this.knowledge.of(model);
  }

  async keep(provider: string, models: ReadonlyMap<string, KnownModel>): Promise<void> {
    await this.unitOfWork.write(async (transaction) => {
      await transaction.repository(KnownModel).delete({ provider });
      const rows = [...models.values()];
      for (let at = 0; at < rows.length; at += rowsAtATime)
        await transaction.repository(KnownModel).insert(rows.slice(at, at + rowsAtATime));
    });
    this.learn(provider, models);
  }

  private learn(provider: string, models: ReadonlyMap<string, KnownModel>): void {
    this.lists.set(provider, models);
    this.knowledge.learn(provider, [...models.values()].map(asProviderModel));
  }
}

const asProviderModel = ({ name, shutdownDate }: KnownModel): ProviderModel =>
  shutdownDate ? { id: name, shutdownDate } : { id: name };
