import { injectable, type PersonalDataSource, type Reader, type SiteContent, type Transaction } from '@portico/core';
import { personalRows } from '@portico/core/util';
import { Budget } from '../../entities/budget.js';
import { erasedSite } from '../../entities/usage-entry.js';

const site = 'site' as const;

/**
 * The limits of a site go when it is erased. What was spent there does not, or a budget of the instance would have more left by that: it stays counted,
 * without saying where it was.
 */
@injectable()
export class SiteUsage implements SiteContent {
  readonly label = 'site.budgets';

  count(reader: Reader, siteId: string): Promise<number> {
    return reader.repository(Budget).countBy({ target: site, subject: siteId });
  }

  async erase(transaction: Transaction, siteId: string, limit: number): Promise<number> {
    const rows = await transaction.query<{ id: string }>('SELECT id FROM ai_usage_entry WHERE site_id = ? ORDER BY id LIMIT ?', [
      siteId,
      limit,
    ]);
    const ids = rows.map(({ id }) => id);
    if (ids.length === 0) return (await transaction.repository(Budget).delete({ target: site, subject: siteId })).affected ?? 0;
    const those = ids.map(() => '?').join(', ');
    await transaction.query(`UPDATE ai_usage_entry SET site_id = ? WHERE id IN (${those})`, [erasedSite, ...ids]);
    return ids.length;
  }
}

const entries = personalRows({
  key: 'aiUsage',
  label: 'personal.usage',
  table: 'ai_usage_entry',
  owner: 'person_id',
  columns: {
    at: 'at',
    site: 'site_id',
    feature: 'feature',
    model: 'model',
    images: 'images',
    cost: 'cost',
    currency: 'currency',
  },
  forget: async (transaction, { id }) => {
    await transaction.query("DELETE FROM ai_usage_budget WHERE target = 'person' AND subject = ?", [id]);
  },
});

/** What somebody ordered. The sums stay when the person goes; limits of the person do not. Of two accounts the first keeps its limits. */
export const personalUsage: PersonalDataSource = {
  ...entries,
  merge: async (transaction, from, to) => {
    await entries.merge(transaction, from, to);
    await entries.forget(transaction, from);
  },
};
