import type { PersonalDataSource } from '@portico/core';
import { personalRows } from '@portico/core/util';

const entries = personalRows({
  key: 'aiUsage',
  label: 'site.usage',
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
