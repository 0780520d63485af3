import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BaselineTasks } from './baseline-task.js';
import { type Comparison, compare, load, median, store } from './load.js';
import { base, describe } from './measured.js';
import { measureReads } from './memory-reads.js';
import { type ServerProcess, startProcess } from './portal-process.js';
import { administrator, multiplyDocuments, signIn, upload, uploadSpecial } from './sample-content.js';

/**
 * Measures the portal beside a bare server with the same data, both in this very run, in turn. Ratios count; absolute figures are of this machine.
 * `npm run bench` takes about eight minutes; `npm run bench -- quick` measures at 1,000 documents only, for seconds each,
 * and `quick large` at 100,000 as well.
 */
const quick = process.argv.includes('quick');
const sizes = quick && !process.argv.includes('large') ? [1000] : [1000, 100_000];
const seconds = quick ? 1 : 4;
const stored = quick ? 40 : 200;
const documentBytes = 20_000;

const home = await mkdtemp(join(tmpdir(), 'portico-bench-'));
const listRates: number[] = [];
try {
  await measureStart();
  for (const [index, size] of sizes.entries()) {
    if (index > 0) multiplyDocuments(home, size);
    await measureLoad(size, index === 0);
  }
  if (listRates.length > 1)
    line(`list at ${sizes[1]} against ${sizes[0]}`, `ratio ${ratio(listRates[1], listRates[0])}  goal 0.8`);
  const costs = await measureReads();
  for (const { name, nanos } of costs) {
    line(`read of ${name}`, `${nanos.toFixed(0).padStart(6)} ns  ratio ${ratio(nanos, costs[0]?.nanos)}  goal 5 at most`);
  }
} finally {
  await rm(home, { recursive: true, force: true });
}

function startPortal(): Promise<ServerProcess> {
  return startProcess('core/bin/portico.js', ['start'], {
    PORTICO_HOME: home,
    PORT: '0',
    PORTICO_LOG_LEVEL: 'error',
    PORTICO_ADMIN_EMAIL: administrator.email,
    PORTICO_ADMIN_PASSWORD: administrator.password,
  });
}

async function measureStart(): Promise<void> {
  await (await startPortal()).stop();
  const ours: { readonly millis: number; readonly cost: number; readonly memory: number }[] = [];
  const bare: typeof ours = [];
  for (let round = 0; round < 5; round += 1) {
    for (const [starts, start] of [
      [ours, startPortal],
      [bare, () => startProcess('bench/dist/bare-start.js', [join(home, 'bare.db')], {})],
    ] as const) {
      const server = await start();
      starts.push({ millis: server.startMillis, cost: server.processorMillis(), memory: server.memory() });
      await server.stop();
    }
  }
  const middle = (key: 'millis' | 'cost' | 'memory', starts: typeof ours): number => median(starts.map((start) => start[key]));
  const [time, bareTime] = [middle('millis', ours), middle('millis', bare)];
  const [cost, bareCost] = [middle('cost', ours), middle('cost', bare)];
  line(
    'start to ready',
    `${time.toFixed(0)} ms  koa and TypeORM ${bareTime.toFixed(0)} ms  ratio ${ratio(time, bareTime)}  goal 1.5 at most`,
  );
  line(
    'processor time of a start',
    `${cost.toFixed(0)} ms  koa and TypeORM ${bareCost.toFixed(0)} ms  ratio ${ratio(cost, bareCost)}`,
  );
  line('memory after start', `${middle('memory', ours).toFixed(0)} MB  goal 115 at most`);
}

async function measureLoad(documents: number, fill: boolean): Promise<void> {
  const portal = await startPortal();
  const session = await signIn(portal.url);
  if (fill) {
    await uploadSpecial(portal.url, session);
    await upload(portal.url, session, documents, documentBytes);
  }
  const measured = await describe(portal.url, { cookie: session.cookie }, home);
  const tasks: BaselineTasks = {
    database: join(home, 'portico.db'),
    home: join(home, 'baseline'),
    pages: measured.map(({ task }) => task),
  };
  const taskFile = join(home, 'baseline.json');
  await writeFile(taskFile, JSON.stringify(tasks));
  const baseline = await startProcess('bench/dist/bare-baseline.js', [taskFile], {});
  console.log(`\n${documents.toLocaleString('en')} documents`);
  for (const { name, goal, path, headers, task } of measured) {
    const { status, bytes } = task;
    const found = await compare(
      (warmUp) => load(portal, path, { headers, status, seconds, bytes }, warmUp),
      (warmUp) => load(baseline, task.path, { status, seconds, bytes }, warmUp),
    );
    if (path === base) listRates.push(found.ours.rate);
    report(name, goal, found);
  }
  line('memory after load', `${portal.memory().toFixed(0)} MB  goal 210 at most`);
  const headers = { origin: portal.url, cookie: session.cookie, 'x-portico-csrf': session.csrf, accept: 'application/json' };
  for (const [atOnce, goal] of [
    [1, 0.45],
    [8, 0.5],
  ] as const) {
    const found = await compare(
      () => store(portal, `${base}/upload-multiple`, { headers, atOnce, bytes: documentBytes, count: stored }),
      () => store(baseline, '/', { atOnce, bytes: documentBytes, count: stored }),
    );
    report(`durable upload, ${atOnce} at once`, goal, found);
  }
  await baseline.stop();
  await portal.stop();
}

function report(name: string, goal: number, { ours, bare }: Comparison): void {
  const rates = `${ours.rate.toFixed(0).padStart(6)}/s  bare ${bare.rate.toFixed(0).padStart(6)}/s  ratio ${ratio(ours.rate, bare.rate)}`;
  const costs = `processor ${ours.cost.toFixed(0)} and ${bare.cost.toFixed(0)} us, ratio ${ratio(bare.cost, ours.cost)}`;
  line(name, `${rates}  goal ${goal}  p99 ${ours.p99} ms  ${costs}`);
}

function line(name: string, text: string): void {
  console.log(`${name.padEnd(32)}${text}`);
}

function ratio(a = 0, b = 1): string {
  return (a / b).toFixed(2);
}
