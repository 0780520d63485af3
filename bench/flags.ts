import { defineFlag, Flags } from '@portico/core';
import { startTestPortal } from '@portico/core/testing';

/**
 * Reads of feature flags beside the same reads of a plain Map, in turn, in this very process: nanoseconds per read and ratios, at 10 and at 10,000 flags.
 * `npm run bench:flags` fails when a read costs more than five times that of the Map.
 */
const most = 5;
const reads = 1_000_000;
const rounds = 15;
let failed = false;

for (const size of [10, 10_000]) await measure(size);
process.exitCode = failed ? 1 : 0;

async function measure(size: number): Promise<void> {
  const values = Object.fromEntries(Array.from({ length: size }, (_, index) => [`acme.flag-${index}`, index % 2 === 0]));
  const portal = await startTestPortal({ flags: values, config: { modulePaths: [] } });
  try {
    const flags = portal.service(Flags);
    const keys = Object.keys(values);
    const plain = new Map(Object.entries(values));
    const handles = keys.map((key) => flags.flag(defineFlag(key)));
    const contenders = {
      'plain Map': () => count((index) => plain.get(keys[index % size] as string) === true),
      isEnabled: () => count((index) => flags.isEnabled(keys[index % size] as string)),
      handle: () => count((index) => handles[index % size]?.isEnabled() === true),
    };
    const times = new Map(Object.keys(contenders).map((name) => [name, [] as number[]]));
    for (let round = 0; round < rounds; round += 1) {
      for (const [name, run] of Object.entries(contenders)) times.get(name)?.push(run());
    }
    report(size, times);
  } finally {
    await portal.stop();
  }
}

/** Nanoseconds per read. What is read is counted and checked, so that no read can be left out. */
function count(read: (index: number) => boolean): number {
  let on = 0;
  const start = process.hrtime.bigint();
  for (let index = 0; index < reads; index += 1) if (read(index)) on += 1;
  const nanos = Number(process.hrtime.bigint() - start);
  if (on !== reads / 2) throw new Error(`${on} of ${reads} reads said on.`);
  return nanos / reads;
}

function report(size: number, times: ReadonlyMap<string, readonly number[]>): void {
  const median = (name: string): number => [...(times.get(name) ?? [])].sort((a, b) => a - b)[Math.floor(rounds / 2)] ?? 0;
  const bare = median('plain Map');
  for (const name of times.keys()) {
    const ratio = median(name) / bare;
    failed ||= ratio > most;
    console.log(
      `${String(size).padStart(6)} flags  ${name.padEnd(10)} ${median(name).toFixed(1).padStart(7)} ns  ${ratio.toFixed(2)} x`,
    );
  }
}
