import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Settings } from '@portico/configuration/api';
import { type Scope, siteScope } from '@portico/core';
import { startTestPortal } from '@portico/core/testing';
import Database from 'better-sqlite3';

/**
 * A read of a setting at 10 and at 10,000 sites with values of their own, beside the same read from a plain Map in the same run.
 * `npm run bench:settings` fails when a read costs more than five times that of the Map.
 */
const reads = 2_000_000;
const rounds = 7;
const most = 5;

for (const sites of [10, 10_000]) {
  const home = await mkdtemp(join(tmpdir(), 'portico-bench-'));
  try {
    await (await startTestPortal({ home })).stop({ keep: true });
    const ids = Array.from({ length: sites }, (_, index) => `00000000-0000-7000-8000-${String(index).padStart(12, '0')}`);
    store(home, ids);
    const portal = await startTestPortal({ home, flags: { 'LPD-10793': true } });
    const handle = portal.service(Settings).byId('ai-creator')?.handle;
    if (!handle) throw new Error('There are no settings to read.');
    const scopes: readonly Scope[] = ids.map((id) => siteScope(id));
    const plain = new Map(ids.map((id) => [id, { model: `model of ${id}` }]));
    const ours = (index: number): unknown => handle.get(scopes[index] as Scope).model;
    const bare = (index: number): unknown => plain.get(ids[index] ?? '')?.model;
    for (let index = 0; index < sites; index += 1) if (ours(index) !== bare(index)) throw new Error('The values differ.');
    const pairs = Array.from({ length: rounds }, () => [nanosPerRead(ours, sites), nanosPerRead(bare, sites)] as const);
    const [us, map] = [median(pairs.map(([a]) => a)), median(pairs.map(([, b]) => b))];
    console.log(
      `setting at ${String(sites).padStart(6)} sites   ${us.toFixed(1)} ns   plain Map ${map.toFixed(1)} ns   ${(us / map).toFixed(2)} x`,
    );
    if (us / map > most) process.exitCode = 1;
    await portal.stop({ keep: true });
  } finally {
    await rm(home, { recursive: true, force: true });
  }
}

/** Straight into the database: this measures reads, not ten thousand durable saves. */
function store(home: string, ids: readonly string[]): void {
  const database = new Database(join(home, 'portico.db'));
  const insert = database.prepare(
    `INSERT INTO configuration_setting (scope, definition_id, field, kind, content, set_by, set_at) VALUES (?, 'ai-creator', 'model', 'value', ?, 'bench', '2026-01-01T00:00:00.000Z')`,
  );
  database.transaction(() => {
    for (const id of ids) insert.run(id, JSON.stringify(`model of ${id}`));
  })();
  database.close();
}

function nanosPerRead(read: (index: number) => unknown, sites: number): number {
  let seen = 0;
  const start = process.hrtime.bigint();
  for (let count = 0; count < reads; count += 1) if (read(count % sites) !== undefined) seen += 1;
  const nanos = Number(process.hrtime.bigint() - start);
  if (seen !== reads) throw new Error('A read found nothing.');
  return nanos / reads;
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? 0;
}
