import { register } from 'node:module';
import { createContainedPortal } from '../contained-portal.js';
import type { Change } from '../create-portal.js';
import { LiveReload } from './live-reload.js';

/**
 * A portal for those who work on Portico: everything on that `config/dev.json` says, and sample content, in the mode `development`. Started by
 * `npm run dev`, which builds what is edited and says here what to take in.
 */

register('./module-hooks.js', import.meta.url);
const live = new LiveReload();
const portal = await createContainedPortal({ mode: 'development', layer: 'dev', environment: process.env, liveReload: live });
const lines: string[] = [];
for (const { value } of portal.demoContents.all()) lines.push(...(await value.seed()));
const address = await portal.listen();

let last = Promise.resolve();
process.on('message', (change: Change) => {
  last = last.then(() => take(change));
});
for (const event of ['SIGTERM', 'SIGINT', 'disconnect'] as const) process.once(event, () => void stop());

for (const line of lines) console.log(line);
console.log(`Portico is ready at ${address}`);
process.send?.({ modules: [...portal.folders] });

/** What cannot be used is reported, and what was there before stays. */
async function take(change: Change): Promise<void> {
  const began = performance.now();
  try {
    await portal.refresh(change);
    live.changed();
    console.log(`Took in the ${change.kind} of ${change.owner} (${Math.round(performance.now() - began)} ms).`);
  } catch (error) {
    console.error(`The ${change.kind} of ${change.owner} cannot be used: ${error instanceof Error ? error.message : error}`);
  }
  process.send?.({ taken: change });
}

async function stop(): Promise<void> {
  setTimeout(() => process.exit(1), 10_000).unref();
  live.dispose();
  await portal.close();
  process.exit(0);
}
