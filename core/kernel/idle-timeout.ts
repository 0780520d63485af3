import type { Disposable } from '../api/index.js';

/** In how many turns the time is counted: a process that gets no time to run has not been idle. */
const turns = 20;

export interface IdleTimeout extends Disposable {
  /** Something has happened: the time begins anew. */
  restart(): void;
}

/**
 * An idle timeout: tells when nothing has happened for so long, however much the machine has to do besides; again and again, until it is disposed.
 * @param millis at least this long.
 */
export function startIdleTimeout(millis: number, onIdle: () => void): IdleTimeout {
  let left = turns;
  const timer = setInterval(
    () => {
      left -= 1;
      if (left > 0) return;
      left = turns;
      onIdle();
    },
    Math.max(1, millis / turns),
  );
  return {
    restart: () => {
      left = turns;
    },
    dispose: () => clearInterval(timer),
  };
}
