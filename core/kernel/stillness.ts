import type { Disposable } from '../api/index.js';

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
