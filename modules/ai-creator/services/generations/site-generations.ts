import { inject, injectable, type Reader, type SiteContent, type Transaction } from '@portico/core';
import { Generation } from '../../entities/generation.js';
import { dropUnreadable } from './generation-store.js';
import { dropFiles } from './generation-sweep.js';
import { GenerationStateWriter } from './state-writer.js';

/** The orders of images in a site, with what came and was not added, as it is erased. */
@injectable()
export class SiteGenerations implements SiteContent {
  readonly label = 'site.generations';

  constructor(@inject(GenerationStateWriter) private readonly writer: GenerationStateWriter) {}

  count(reader: Reader, siteId: string): Promise<number> {
    return reader.repository(Generation).countBy({ siteId });
  }

  async erase(transaction: Transaction, siteId: string, limit: number): Promise<number> {
    const orders = await transaction.repository(Generation).find({ where: { siteId }, order: { id: 'ASC' }, take: limit });
    for (const order of orders) {
      await dropFiles(transaction, order);
      await dropUnreadable(transaction, order.id);
      await this.writer.remove(transaction, order.id);
    }
    return orders.length;
  }
}
