import {
  In,
  inject,
  injectable,
  type Person,
  type PersonalDataSource,
  type Reader,
  type SiteContent,
  type Transaction,
} from '@portico/core';
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
    const orders = await transaction.repository(Generation).find({
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
});

/**
 * What somebody ordered, with the words. When the person goes, the words do; images that wait expire as ever, and nobody sees them. What waits to be sent is
 * given up: it would be paid for, for nobody, and without its words.
 */
@injectable()
export class PersonalGenerations implements PersonalDataSource {
  readonly key = orders.key;
  readonly label = orders.label;
  readonly count = orders.count;
  readonly page = orders.page;

  constructor(@inject(GenerationStateWriter) private readonly writer: GenerationStateWriter) {}

  async merge(transaction: Transaction, from: Person, to: Person): Promise<void> {
    await this.writer.handOver(transaction, from.id, to.id);
  }

  async forget(transaction: Transaction, person: Person): Promise<void> {
    await this.writer.forgetPerson(transaction, person.id);
  }
}
