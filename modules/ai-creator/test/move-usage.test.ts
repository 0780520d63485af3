import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createImagesSandbox } from '@portico/ai-sandbox/api';
import { type QueryRunner, UnitOfWork } from '@portico/core';
import { startTestPortal, type TestPortal } from '@portico/core/testing';
import { expect } from 'chai';
import migrations from '../migrations/index.js';
import { newKey, startCreatorPortal } from './creator-portal.js';

type Rows = readonly Readonly<Record<string, unknown>>[];

describe('a database from before ai-usage', () => {
  let home: string;
  beforeEach(async () => {
    home = await mkdtemp(join(tmpdir(), 'portico-move-'));
  });
  afterEach(() => rm(home, { recursive: true, force: true }));

  const read = (portal: TestPortal, sql: string): Promise<Rows> =>
    portal.service(UnitOfWork).read((reader) => reader.query<Readonly<Record<string, unknown>>>(sql));

  /** Takes a step back, and all that came after it, so that the next start is an upgrade. */
  async function takeBack(portal: TestPortal, first: string): Promise<void> {
    const steps = migrations.map((Migration) => new Migration());
    const taken = steps.slice(steps.findIndex(({ name }) => name === first));
    await portal.service(UnitOfWork).write(async (transaction) => {
      const runner = { query: (sql: string, values?: []) => transaction.query(sql, values) };
      for (const step of taken.toReversed()) await step.down(runner as unknown as QueryRunner);
      for (const { name } of taken)
        await transaction.query("DELETE FROM portico_migration WHERE owner = 'ai-creator' AND name = ?", [name]);
    });
  }

  it('keeps usage, prices and budgets, which count from the first request on', async () => {
    const sandbox = await createImagesSandbox();
    try {
      const before = await startCreatorPortal({ home, sandbox });
      // A portal from before has none, and the tables of that time have no columns for what came later.
      await before.portal.command(['budgets', 'remove', 'starting-budget']);
      await before.portal.command(['prices', 'set', '--model', 'gpt-image-2.6-flare', '--output', '40', '--from', '2020-01-01']);
      const made = await before.settled((await before.create({ count: '2' })).body.id as string);
      expect(made.state).to.equal('offered');
      await before.portal.command([
        'budgets',
        'add',
        '--for',
        'each-person',
        '--counts',
        'images',
        '--warn',
        '1',
        '--refuse',
        '3',
      ]);
      const tables = {
        ai_usage_entry: (await read(before.portal, 'SELECT * FROM ai_usage_entry')).map((entry): Rows[number] => ({
          ...entry,
          input_image_tokens: null,
          output_image_tokens: null,
          is_estimate: null,
        })),
        ai_usage_price: await read(before.portal, 'SELECT * FROM ai_usage_price'),
        ai_usage_budget: await read(before.portal, 'SELECT * FROM ai_usage_budget'),
      };
      const listed = (await before.portal.command(['budgets', 'list'])).out;
      await takeBack(before.portal, 'MoveUsage1764450100000');
      for (const table of Object.keys(tables)) expect(await read(before.portal, `SELECT * FROM ${table}`)).to.deep.equal([]);
      const old = await read(before.portal, 'SELECT id, model, images, state FROM ai_creator_usage');
      expect(old).to.deep.equal([{ id: made.id, model: 'gpt-image-2.6-flare', images: 2, state: 'settled' }]);
      await before.stop();

      const after = await startCreatorPortal({ home, sandbox });
      for (const [table, rows] of Object.entries(tables))
        expect(await read(after.portal, `SELECT * FROM ${table}`), table).to.deep.equal(rows);
      expect(tables.ai_usage_entry[0]?.provider).to.equal('openai');
      const left = await read(
        after.portal,
        "SELECT name FROM sqlite_master WHERE name IN ('ai_creator_usage', 'ai_creator_price', 'ai_creator_budget')",
      );
      expect(left).to.deep.equal([]);
      expect((await after.portal.command(['budgets', 'list'])).out).to.equal(listed);
      expect(listed).to.contain('2 of 3');
      expect((await after.create({ count: '2' })).status).to.equal(429);
      expect((await after.create({ count: '1' })).status).to.equal(201);
      await after.stop();
    } finally {
      await sandbox.close();
    }
  });

  it('knows requests from before `token` became `idempotency_key`, and makes no second generation of them', async () => {
    const sandbox = await createImagesSandbox();
    try {
      const before = await startCreatorPortal({ home, sandbox });
      const idempotencyKey = newKey();
      const first = await before.create({ idempotencyKey });
      await before.settled(first.body.id as string);
      await takeBack(before.portal, 'RenameToken1764470000000');
      const old = await read(before.portal, 'SELECT id, token FROM ai_creator_generation');
      expect(old).to.deep.equal([{ id: first.body.id, token: idempotencyKey }]);
      await before.stop();

      const after = await startCreatorPortal({ home, sandbox });
      const again = await after.create({ idempotencyKey });
      expect([again.status, again.body.id]).to.deep.equal([201, first.body.id]);
      expect((await after.create({ idempotencyKey, description: 'something else' })).status).to.equal(409);
      const twice = after.portal.service(UnitOfWork).write((transaction) =>
        transaction.query(`INSERT INTO ai_creator_generation
            (id, site_id, person_id, idempotency_key, root_id, description, size, count, state, attempts, maybe_charged, created_at, expires_at)
            SELECT 'another', site_id, person_id, idempotency_key, root_id, description, size, count, state, attempts, maybe_charged, created_at, expires_at
            FROM ai_creator_generation`),
      );
      expect(String(await twice.catch((error: unknown) => error))).to.match(/idempotency_key|unique/i);
      const indexes = await read(
        after.portal,
        "SELECT name FROM sqlite_master WHERE type = 'index' AND name LIKE 'ai_creator_generation_%' AND (sql LIKE '%token%' OR sql LIKE '%idempotency_key%')",
      );
      expect(indexes).to.deep.equal([{ name: 'ai_creator_generation_idempotency_key' }]);
      expect(sandbox.generations).to.have.length(1);
      await after.stop();
    } finally {
      await sandbox.close();
    }
  });

  it('has no names of documents in the audit log afterwards, which were made of descriptions', async () => {
    const before = await startTestPortal({ home });
    const document = '01a22a7b-84de-70d1-aa5a-d8b67f62e5fe';
    await before.service(UnitOfWork).write(async (transaction) => {
      const steps = migrations.map((Migration) => new Migration().name);
      for (const name of steps.slice(steps.indexOf('ForgetNamesInAudit1764490000000')))
        await transaction.query("DELETE FROM portico_migration WHERE owner = 'ai-creator' AND name = ?", [name]);
      for (const [id, subject, after] of [
        ['named', 'image', { document, name: 'a-"boat"-at-sea.png' }],
        ['plain', 'image', { document }],
        ['order', 'generation', { size: '512x512', count: 2 }],
      ] as const)
        await transaction.query(
          `INSERT INTO portico_audit (id, at, area, subject, scope, action, after, by_id, by_name, via, search_text)
           VALUES (?, '2026-01-02T03:04:05.000Z', 'ai-creator', ?, 'instance', 'added', ?, 'p', 'Ada', 'screen', '')`,
          [id, subject, JSON.stringify(after)],
        );
    });
    await before.stop({ keep: true });
    const after = await startTestPortal({ home });
    expect(await read(after, "SELECT id, after FROM portico_audit WHERE by_id = 'p' ORDER BY id")).to.deep.equal([
      { id: 'named', after: JSON.stringify({ document }) },
      { id: 'order', after: '{"size":"512x512","count":2}' },
      { id: 'plain', after: JSON.stringify({ document }) },
    ]);
    await after.stop();
  });

  it('starts from every earlier state of the tables', async () => {
    const portal = await startTestPortal({ home });
    await portal.service(UnitOfWork).write(async (transaction) => {
      const runner = { query: (sql: string, values?: []) => transaction.query(sql, values) };
      const steps = migrations.map((Migration) => new Migration());
      for (const step of steps.toReversed()) await step.down(runner as unknown as QueryRunner);
      for (const step of steps.slice(0, 3)) await step.up(runner as unknown as QueryRunner);
      await transaction.query(`
        INSERT INTO ai_creator_usage (id, at, site_id, person_id, roles, model, quality, state, images, cost, currency)
        VALUES ('early', '2026-01-02T03:04:05.000Z', 's', 'p', '|Author|', 'gpt-image-1', 'low', 'settled', 2, 42, 'EUR')`);
      await transaction.query(`
        INSERT INTO ai_creator_generation (id, site_id, person_id, token, root_id, description, size, count, state, maybe_charged, created_at, expires_at)
        VALUES ('early', 's', 'p', 'its-key', 'early', 'a boat', '512x512', 2, 'saved', false, '2026-01-02T03:04:05.000Z', '2999-01-01T00:00:00.000Z')`);
      await transaction.query(
        "INSERT INTO ai_creator_budget (id, target, unit, period, hard_limit) VALUES ('b', 'instance', 'images', 'day', 5)",
      );
      for (const [table, id, output] of [
        ['ai_creator_price', 'former', 30],
        ['ai_usage_price', 'entered', 40],
      ] as const)
        await transaction.query(
          `INSERT INTO ${table} (id, model, valid_from, currency, input_price, output_price, image_price, entered_at, entered_by)
           VALUES (?, 'gpt-image-1', '2026-01-01', 'EUR', 5, ?, 0, '2026-01-02T03:04:05.000Z', 'p')`,
          [id, output],
        );
      const kept = steps.slice(0, 3).map(({ name }) => `'${name}'`);
      await transaction.query(`DELETE FROM portico_migration WHERE owner = 'ai-creator' AND name NOT IN (${kept.join(', ')})`);
    });
    await portal.stop({ keep: true });

    const upgraded = await startTestPortal({ home });
    expect(upgraded.modules.list().find(({ id }) => id === 'ai-creator')?.state).to.equal('active');
    expect(
      await read(
        upgraded,
        'SELECT id, feature, provider, roles, model, images, cost, currency, preview_tokens AS previews FROM ai_usage_entry',
      ),
    ).to.deep.equal([
      {
        id: 'early',
        feature: 'images',
        provider: null,
        roles: '|Author|',
        model: 'gpt-image-1',
        images: 2,
        cost: 42,
        currency: 'EUR',
        previews: null,
      },
    ]);
    expect(
      await read(upgraded, 'SELECT id, output_price AS output FROM ai_usage_price'),
      'what was entered in both',
    ).to.deep.equal([{ id: 'entered', output: 40 }]);
    expect((await upgraded.command(['budgets', 'list'])).out).to.match(/^b {2}Everybody together/);
    expect(await read(upgraded, 'SELECT id, idempotency_key AS key, description FROM ai_creator_generation')).to.deep.equal([
      { id: 'early', key: 'its-key', description: 'a boat' },
    ]);
    await upgraded.stop();
  });
});
