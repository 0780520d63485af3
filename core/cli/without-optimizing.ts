import { setFlagsFromString } from 'node:v8';

/** A start runs most of its code once or twice. Optimizing that takes a seventh of its time and is of no use to what comes after. */
export async function withoutOptimizing<T>(start: () => Promise<T>): Promise<T> {
  setFlagsFromString('--no-opt');
  try {
    return await start();
  } finally {
    setFlagsFromString('--opt');
  }
}
