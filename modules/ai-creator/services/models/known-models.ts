import type { ProviderModel } from '@portico/ai-providers/api';
import { inject, injectable, UnitOfWork } from '@portico/core';

import { KnownModel } from '../../entities/known-model.js';
import { ModelKnowledge, type ModelState } from './model-knowledge.js';

/** A statement takes a limited number of values. */
const rowsAtATime = 500;
/** By name. */
type ModelList = ReadonlyMap<string, KnownModel>;
const none: ModelList = new Map();

/** The lists of models as services told them, in the database and in memory. */
@injectable()
export class KnownModels {
  /** By provider and name. */
  private readonly lists = new Map<string, ModelList>();

  constructor(
    @inject(UnitOfWork) private readonly unitOfWork: UnitOfWork,
    @inject(ModelKnowledge) private readonly knowledge: ModelKnowledge,
  ) {}

  async load(): Promise<void> {
    const rows = await this.unitOfWork.read((reader) => reader.repository(KnownModel).find());
    for (const provider of new Set(rows.map((row) => row.provider)))
      this.learn(provider, byName(rows.filter((row) => row.provider === provider)));
  }

  /** Those of a provider, by name; a read of memory. */
  of(provider: string | undefined): ModelList {
    return this.lists.get(provider ?? '') ?? none;
  }

  /** When a model of the service in use ends, as far as it is known. */
  stateOf(model: string): ModelState {
    return this.knowledge.of(model);
  }

  /** @param change what becomes of what is known, by name; it is asked in the transaction, so that nothing is lost that was kept meanwhile. */
  async keep(provider: string, change: (known: ModelList) => ModelList): Promise<void> {
    await this.unitOfWork.write(async (transaction) => {
      const repository = transaction.repository(KnownModel);
      const models = change(byName(await repository.findBy({ provider })));
      await repository.delete({ provider });
      const rows = [...models.values()];
      for (let at = 0; at < rows.length; at += rowsAtATime) await repository.insert(rows.slice(at, at + rowsAtATime));
      transaction.afterCommit(() => this.learn(provider, models));
    });
  }

  private learn(provider: string, models: ModelList): void {
    this.lists.set(provider, models);
    this.knowledge.learn(provider, [...models.values()].map(asProviderModel));
  }
}

const byName = (rows: readonly KnownModel[]): ModelList => new Map(rows.map((row) => [row.name, row]));

const asProviderModel = ({ name, shutdownDate }: KnownModel): ProviderModel =>
  shutdownDate ? { id: name, shutdownDate } : { id: name };
