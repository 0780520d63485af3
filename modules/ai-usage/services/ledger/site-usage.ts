import { injectable, type Reader, type SiteContent, type Transaction } from '@portico/core';
import { Budget } from '../../entities/budget.js';
import { UsageEntry } from '../../entities/usage-entry.js';

/** What was ordered in a site, and the limits of it, as it is erased. */
@injectable()
export class SiteUsage implements SiteContent {
  readonly label = 'site.usage';

  count(reader: Reader, siteId: string): Promise<number> {
    return reader.repository(UsageEntry).countBy({ siteId });
  }

  async erase(transaction: Transaction, siteId: string, limit: number): Promise<number> {
    const rows = await transaction.query<{ id: string }>('SELECT id FROM ai_usage_entry WHERE site_id = ? ORDER BY id LIMIT ?', [
      siteId,
      limit,
    ]);
    const ids = rows.map(({ id }) => id);
    if (ids.length === 0) return (await transaction.repository(Budget).delete({ target: 'site', subject: siteId })).affected ?? 0;
    await transaction.query(`DELETE FROM ai_usage_entry WHERE id IN (${ids.map(() => '?').join(', ')})`, ids);
    return ids.length;
  }
}
