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

/** In how many turns the time is counted: a process that gets no time to run has not stood still. */
const turns = 20;

export interface Stillness extends Disposable {
  /** Something has moved: the time begins anew. */
  moved(): void;
}

/**
 * Tells when nothing has moved for so long, however much the machine has to do besides; again and again, until it is disposed.
 * @param millis at least this long.
 */
export function watchStillness(millis: number, onStill: () => void): Stillness {
  let left = turns;
  const timer = setInterval(
    () => {
      left -= 1;
      if (left > 0) return;
      left = turns;
      onStill();
    },
    Math.max(1, millis / turns),
  );
  return {
    moved: () => {
      left = turns;
    },
    dispose: () => clearInterval(timer),
  };
}
