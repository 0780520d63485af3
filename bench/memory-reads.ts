import { Settings } from '@portico/configuration/api';
import { Flags, instanceScope } from '@portico/core';
import { startHouse, type TestHouse } from '@portico/core/testing';

export interface ReadCost {
  readonly name: string;
  readonly nanos: number;
}

const reads = 1_000_000;
const rounds = 5;

/** What a flag and a setting cost beside a Map, in the same process. */
export async function measureReads(): Promise<readonly ReadCost[]> {
  const house = await startHouse({ flags: { 'LPD-10793': true } });
  try {
    return readCosts(house);
  } finally {
    await house.stop();
  }
}

function readCosts(house: TestHouse): readonly ReadCost[] {
  const flags = house.service(Flags);
  const settings = house.service(Settings)?.byId('ai-creator')?.handle;
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
