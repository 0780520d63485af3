import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { UnitOfWork } from '@portico/core';
import { startTestPortal, type TestPortal } from '@portico/core/testing';
import { expect } from 'chai';

describe('The starting budget of a portal that was used before there was one', () => {
  let home: string;
  beforeEach(async () => {
    home = await mkdtemp(join(tmpdir(), 'portico-late-'));
  });
  afterEach(() => rm(home, { recursive: true, force: true }));

  const budgets = async (portal: TestPortal): Promise<string> => (await portal.command(['budgets', 'list'])).out;

  /** As it stood before the migration, with one request so many milliseconds after the starting budget came. */
  async function left(millis: number, revision = 1): Promise<void> {
    const portal = await startTestPortal({ home });
    await portal.service(UnitOfWork).write(async (transaction) => {
      const [row] = await transaction.query<{ applied_at: string }>(
        "SELECT applied_at FROM portico_migration WHERE owner = 'ai-usage' AND name = 'AddStartingBudget1764480200000'",
      );
      const at = new Date(Date.parse(row?.applied_at ?? '') + millis).toISOString();
      await transaction.query(
        `INSERT INTO ai_usage_entry (id, at, site_id, person_id, roles, model, quality, state, images, feature)
         VALUES ('first', ?, 'home', 'ada', '', 'gpt-image-2', 'automatic', 'settled', 1, 'images')`,
        [at],
      );
      await transaction.query("UPDATE ai_usage_budget SET revision = ? WHERE id = 'starting-budget'", [revision]);
      await transaction.query(
        "DELETE FROM portico_migration WHERE owner = 'ai-usage' AND name = 'DropLateStartingBudget1764630000000'",
      );
    });
    expect(await budgets(portal)).to.contain('starting-budget');
    await portal.stop({ keep: true });
  }

  for (const [what, millis, revision, stays] of [
    ['goes when a request is older than it', -1, 1, false],
    ['stays when somebody changed it', -1, 2, true],
    ['stays when the portal was new', 1, 1, true],
  ] as const)
    it(what, async () => {
      await left(millis, revision);
      const portal = await startTestPortal({ home });
      expect((await budgets(portal)).includes('starting-budget')).to.equal(stays);
      await portal.stop();
    });
});
