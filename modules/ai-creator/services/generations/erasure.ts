import { In, inject, injectable, type PersonalDataSource, type Reader, type SiteContent, type Transaction } from '@portico/core';
import { personalRows } from '@portico/core/util';
import { Generation } from '../../entities/generation.js';
import { CircuitBreaker } from '../failures/circuit-breaker.js';
import { dropUnreadable } from './generation-store.js';
import { dropFiles } from './generation-sweep.js';
import { settledStates } from './state.js';
import { GenerationStateWriter } from './state-writer.js';

/**
 * The orders of images in a site, with what came and was not added, as it is erased. What waits to be sent is given up, and costs nothing. What is on its
 * way was paid for: it stays until its answer is there and counted, and whoever erases the site comes back for it.
 */
@injectable()
export class SiteGenerations implements SiteContent {
  readonly label = 'site.generations';

  constructor(
    @inject(GenerationStateWriter) private readonly writer: GenerationStateWriter,
    @inject(CircuitBreaker) private readonly breaker: CircuitBreaker,
  ) {}

  count(reader: Reader, siteId: string): Promise<number> {
    return reader.repository(Generation).countBy({ siteId });
  }

  async erase(transaction: Transaction, siteId: string, limit: number): Promise<number> {
    const generations = transaction.repository(Generation);
    const orders = await generations.find({
      where: { siteId, state: In(['reserved', ...settledStates]) },
      order: { id: 'ASC' },
      take: limit,
    });
    for (const order of orders) {
      if (order.state === 'reserved') await this.writer.fire(transaction, order.id, 'cancel', 'author');
      await dropFiles(transaction, order);
      await dropUnreadable(transaction, order.id);
      await this.writer.remove(transaction, order.id);
    }
    if (orders.length === 0) await this.breaker.erase(transaction, siteId);
    return orders.length;
  }
}

const orders = personalRows({
  key: 'imageOrders',
  label: 'site.generations',
  table: 'ai_creator_generation',
  owner: 'person_id',
  columns: { site: 'site_id', description: 'description', size: 'size', count: 'count', state: 'state', createdAt: 'created_at' },
  forget: async (transaction, { id }) => {
    await transaction.query("UPDATE ai_creator_generation SET description = '', source_name = NULL WHERE person_id = ?", [id]);
  },
});

/** What somebody ordered, with the words. When the person goes, the words do; what waits expires as ever, and nobody sees it. */
export const personalGenerations: PersonalDataSource = {
  ...orders,
  // Two accounts may have used the same idempotency key: those orders stay with an id that names nobody, until they expire.
  merge: async (transaction, from, to) => {
    await transaction.query(
      `UPDATE ai_creator_generation SET person_id = ? WHERE person_id = ?
         AND idempotency_key NOT IN (SELECT idempotency_key FROM ai_creator_generation WHERE person_id = ?)`,
      [to.id, from.id, to.id],
    );
  },
};
