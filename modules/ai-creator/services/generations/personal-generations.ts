import type { PersonalDataSource } from '@portico/core';
import { personalRows } from '@portico/core/util';

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
