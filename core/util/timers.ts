import type { Disposable } from '../api/index.js';

/**
 * Runs work again and again, never twice at once, until it is disposed; that waits for the work which is running. Keeps no process alive.
 * @param everyMillis from the end of one run to the begin of the next.
 * @param work must not throw: what goes wrong is its own to report.
 * @param firstMillis until the first run, 0 for at once; default as between the others.
 */
export function every(everyMillis: number, work: () => void | Promise<void>, firstMillis: number = everyMillis): Disposable {
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> = Promise.resolve();
  let isOver = false;
  const run = (): void => {
    running = Promise.resolve(work()).then(() => {
      if (!isOver) schedule(everyMillis);
    });
  };
  const schedule = (millis: number): void => {
    timer = setTimeout(run, millis);
    timer.unref();
  };
  if (firstMillis > 0) schedule(firstMillis);
  else run();
  return {
    dispose: () => {
      isOver = true;
      clearTimeout(timer);
      return running;
    },
  };
}
