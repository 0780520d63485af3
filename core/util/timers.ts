import type { Disposable } from '../api/index.js';

/**
 * Runs work again and again, never twice at once, until it is disposed; that waits for the work which is running. Keeps no process alive.
 * @param everyMillis from the end of one run to the begin of the next.
 * @param work must not throw: what goes wrong is its own to report.
 * @param firstMillis until the first run; default as between the others.
 */
export function every(everyMillis: number, work: () => void | Promise<void>, firstMillis: number = everyMillis): Disposable {
  let timer: NodeJS.Timeout;
  let running: Promise<void> = Promise.resolve();
  let isOver = false;
  const schedule = (millis: number): void => {
    timer = setTimeout(() => {
      running = Promise.resolve(work()).then(() => {
        if (!isOver) schedule(everyMillis);
      });
    }, millis);
    timer.unref();
  };
  schedule(firstMillis);
  return {
    dispose: () => {
      isOver = true;
      clearTimeout(timer);
      return running;
    },
  };
}
