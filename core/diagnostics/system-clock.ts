import { performance } from 'node:perf_hooks';
import type { Clock } from '../api/index.js';

/** The machine's clock: the only place that reads it. */
export class SystemClock implements Clock {
  now(): Date {
    return new Date();
  }

  monotonic(): number {
    return performance.now();
  }
}
