import { Settings } from '@portico/configuration/api';
import { Flags, instanceScope } from '@portico/core';
import { startTestPortal, type TestPortal } from '@portico/core/testing';

export interface ReadCost {
  readonly name: string;
  readonly nanos: number;
}

const reads = 1_000_000;
const rounds = 5;

/** What a flag and a setting cost beside a Map, in the same process. */
export async function measureReads(): Promise<readonly ReadCost[]> {
  const portal = await startTestPortal({ flags: { 'LPD-10793': true } });
  try {
    return readCosts(portal);
  } finally {
    await portal.stop();
  }
}

function readCosts(portal: TestPortal): readonly ReadCost[] {
  const flags = portal.service(Flags);
  const settings = portal.service(Settings)?.byId('ai-creator')?.handle;
  if (!flags || !settings) throw new Error('Flags or settings are missing.');
  const map = new Map<string, unknown>([['LPD-10793', true]]);
  const subjects: readonly (readonly [string, () => unknown])[] = [
    ['a Map', () => map.get('LPD-10793')],
    ['a flag', () => flags.isEnabled('LPD-10793')],
    ['all settings of a definition', () => settings.get(instanceScope)],
  ];
  return subjects.map(([name, read]) => ({ name, nanos: Math.min(...Array.from({ length: rounds }, () => nanosOf(read))) }));
}

function nanosOf(read: () => unknown): number {
  let seen = 0;
  const began = performance.now();
  for (let count = 0; count < reads; count += 1) if (read() !== undefined) seen += 1;
  const nanos = ((performance.now() - began) * 1e6) / reads;
  if (seen !== reads) throw new Error('A read found nothing.');
  return nanos;
}
