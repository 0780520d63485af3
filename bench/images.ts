import { mkdtemp, rm } from 'node:fs/promises';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { base } from './measured.js';
import { type ServerProcess, startProcess } from './portal-process.js';
import { administrator, signIn, upload } from './sample-content.js';

/**
 * The list of documents beside what image requests do: its p95 while images are made, and while every request fails in one way, against the
 * p95 of the seconds before and after, and how much memory the portal had at most meanwhile. `npm run bench:images`.
 */
const kinds = [
  'four images',
  'stalls',
  '200 MiB',
  '60 MiB of junk',
  '500 with 60 MiB',
  'gzip bombs',
  'pixel bombs',
  'many pixels',
  '429',
];
const rounds = process.argv.includes('quick') ? 3 : 6;
const seconds = 3;
const place = '/web/home/ai-creator/generations';
const readers = 4;
const pauseMillis = 15;

const home = await mkdtemp(join(tmpdir(), 'portico-bench-images-'));
const upstream = await startProcess('bench/dist/image-upstream.js', [], {});
const portal = await startProcess('core/bin/portico.js', ['start'], {
  PORTICO_HOME: home,
  PORT: '0',
  PORTICO_LOG_LEVEL: 'silent',
  PORTICO_ADMIN_EMAIL: administrator.email,
  PORTICO_ADMIN_PASSWORD: administrator.password,
  PORTICO_FLAG_LPD_10793: 'true',
  PORTICO_SETTING_AI_CREATOR_ENABLED: 'true',
  PORTICO_SETTING_AI_CREATOR_API_KEY: 'sk-a-key-of-the-benchmark',
  PORTICO_OPENAI_BASE_URL: `${upstream.url}/v1`,
});
try {
  const session = await signIn(portal.url);
  const headers = { origin: portal.url, cookie: session.cookie, 'x-portico-csrf': session.csrf, accept: 'application/json' };
  await upload(portal.url, session, 200, 2000);
  // Neither the list nor an image is measured while its code is loaded.
  for (let round = 0; round < 2; round += 1) {
    await latencies(portal, headers, seconds);
    await settled(headers, await create(headers, 'four images'));
  }
  for (const kind of kinds) await measure(kind, headers);
} finally {
  await portal.stop();
  await upstream.stop();
  await rm(home, { recursive: true, force: true });
}

type Headers = Record<string, string>;

/** Normal and not, in turn, so that both meet the same load of the machine. */
async function measure(kind: string, headers: Headers): Promise<void> {
  const normal: number[] = [];
  const during: number[] = [];
  let rise = 0;
  let made = 0;
  for (let round = 0; round < rounds; round += 1) {
    normal.push(...(await latencies(portal, headers, seconds)));
    portal.forgetPeak();
    const memory = portal.memory();
    const work = keepCreating(kind, headers);
    during.push(...(await latencies(portal, headers, seconds)));
    made += await work.stop();
    rise = Math.max(rise, portal.peak() - memory);
  }
  const [p95, usual] = [percentile(during), percentile(normal)];
  const longest = `longest ${Math.max(...during)
    .toFixed(0)
    .padStart(4)} and ${Math.max(...normal).toFixed(0)} ms`;
  console.log(
    `${kind.padEnd(18)} p95 ${p95.toFixed(1).padStart(6)} ms  normal ${usual.toFixed(1).padStart(6)} ms  ratio ${(p95 / usual).toFixed(2)}  goal 1.2 at most  ` +
      `${longest}  memory +${rise.toFixed(0)} MB  goal 100 at most  (${made} requests for images)`,
  );
}

/** Asks for the list again and again, with pauses, as people do; milliseconds of each answer. */
async function latencies(server: ServerProcess, headers: Headers, duration: number): Promise<readonly number[]> {
  const agent = new Agent({ keepAlive: true, maxSockets: readers });
  const times: number[] = [];
  const end = performance.now() + duration * 1000;
  const reader = async (): Promise<void> => {
    while (performance.now() < end) {
      const began = performance.now();
      await new Promise<void>((resolve, reject) => {
        request(server.url + base, { agent, headers: { ...headers, accept: 'text/html' } }, (answer) => {
          if (answer.statusCode !== 200) reject(new Error(`The list answers ${answer.statusCode}.`));
          answer.resume().once('end', () => resolve());
        })
          .once('error', reject)
          .end();
      });
      times.push(performance.now() - began);
      await delay(pauseMillis);
    }
  };
  await Promise.all(Array.from({ length: readers }, reader));
  agent.destroy();
  return times;
}

/** Two people who ask for images all the time. */
function keepCreating(kind: string, headers: Headers): { stop(): Promise<number> } {
  let open = true;
  let count = 0;
  const person = async (): Promise<void> => {
    while (open) {
      const id = await create(headers, kind);
      count += 1;
      while (open && (await isRunning(headers, id))) await delay(500);
      if (!open) await fetch(`${portal.url}${place}/${id}/cancel`, { method: 'POST', headers }).then((answer) => answer.text());
    }
  };
  const people = Promise.all([person(), person()]);
  return {
    stop: async () => {
      open = false;
      await people;
      return count;
    },
  };
}

async function create(headers: Headers, description: string): Promise<string> {
  const body = new URLSearchParams({
    idempotencyKey: crypto.randomUUID(),
    description,
    size: '512x512',
    count: description === 'four images' ? '4' : '1',
  });
  const answer = await fetch(portal.url + place, { method: 'POST', headers, body });
  if (answer.status !== 201) throw new Error(`Creating answers ${answer.status}: ${await answer.text()}`);
  return ((await answer.json()) as { id: string }).id;
}

async function isRunning(headers: Headers, id: string): Promise<boolean> {
  const answer = await fetch(`${portal.url}${place}/${id}/status`, { headers });
  return ((await answer.json()) as { isRunning: boolean }).isRunning;
}

async function settled(headers: Headers, id: string): Promise<void> {
  while (await isRunning(headers, id)) await delay(50);
}

function percentile(times: readonly number[], share = 0.95): number {
  return [...times].sort((a, b) => a - b)[Math.floor(times.length * share)] ?? 0;
}
