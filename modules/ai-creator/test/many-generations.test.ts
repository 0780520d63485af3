import { UnitOfWork } from '@portico/core';
import { expect } from 'chai';
import { startCreatorPortal } from './creator-portal.js';

describe('a dialog with more generations than are shown', () => {
  it('shows the newest ones, the newest first', async () => {
    const creator = await startCreatorPortal();
    try {
      const { id } = (await creator.create()).body as { id: string };
      await creator.settled(id);
      await creator.portal.service(UnitOfWork).write(async (transaction) => {
        for (let generation = 1; generation <= 60; generation += 1)
          await transaction.query(
            `INSERT INTO ai_creator_generation (id, idempotency_key, site_id, person_id, root_id, description, size, count, state, attempts,
              maybe_charged, created_at, settled_at, expires_at)
            SELECT id || ?, idempotency_key || ?, site_id, person_id, root_id, ?, size, count, 'failed', 1, 0, created_at, settled_at, expires_at
            FROM ai_creator_generation WHERE id = root_id`,
            [`-${String(generation).padStart(2, '0')}`, `-${generation}`, `generation ${generation}.`],
          );
      });
      const { text } = await creator.visitor.get(`/web/home/ai-creator/generations/${id}`).set('Accept', 'text/html');
      const shown = [...new Set(text.match(/generation \d+\./g))];
      expect([shown.length, shown.at(0), shown.at(-1)]).to.deep.equal([50, 'generation 60.', 'generation 11.']);
    } finally {
      await creator.stop();
    }
  });
});
