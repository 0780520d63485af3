import { type Disposable, type Log, toDisposable } from '../api/index.js';
import type { Sweeper } from './sweeper.js';

export interface SweepIntervals {
  readonly firstMillis: number;
  readonly everyMillis: number;
}

/** Sweeps in the background, never two sweeps at once. A sweep that fails is logged and tried again at its next time. */
export function startSweeping(sweeper: Sweeper, log: Log, times: SweepIntervals | false): Disposable {
  if (times === false) return toDisposable(() => undefined);
  let timer: NodeJS.Timeout;
  let stopped = false;
  const schedule = (millis: number): void => {
    timer = setTimeout(() => void run(), millis);
    timer.unref();
  };
  const run = async (): Promise<void> => {
    try {
      await sweeper.sweep();
    } catch (error) {
      if (!stopped) log.error('Unused files could not be swept.', { error });
    }
    if (!stopped) schedule(times.everyMillis);
  };
  schedule(times.firstMillis);
  return toDisposable(() => {
    stopped = true;
    clearTimeout(timer);
  });
}
