import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { performance } from 'node:perf_hooks';
import type { Clock, Ids } from '../api/index.js';
import { v7 } from '../libraries/system.js';

/** Ids that nobody else makes, in the order of their making: UUIDv7. */
export class UuidIds implements Ids {
  next(): string {
    return v7();
  }
}

/** The machine's clock: the only place that reads it. */
export class SystemClock implements Clock {
  now(): Date {
    return new Date();
  }

  monotonic(): number {
    return performance.now();
  }
}

/** Below the ports that systems hand out by themselves: nobody else gets one by chance between this look and its use. */
const lowest = 10_000;
const highest = 32_000;

/** A loopback port that nobody uses at this moment. */
export async function freePort(): Promise<number> {
  for (let tries = 0; tries < 50; tries += 1) {
    const port = randomInt(lowest, highest);
    const server = createServer().listen(port, '127.0.0.1');
    try {
      await once(server, 'listening');
    } catch {
      continue;
    }
    server.close();
    await once(server, 'close');
    return port;
  }
  throw new Error(`No port between ${lowest} and ${highest} is free.`);
}

/** A free port for each name. */
export async function freePorts(names: readonly string[]): Promise<ReadonlyMap<string, number>> {
  const ports = new Map<string, number>();
  for (const name of names) ports.set(name, await freePort());
  return ports;
}
