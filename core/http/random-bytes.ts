import { randomFillSync } from 'node:crypto';

/** Asking for randomness takes long, whatever the amount: one asking is enough for many pages. Each byte is given out once. */
const pool = Buffer.alloc(8192);
let given = pool.length;

/** @param count a few dozen at most. */
export function randomBytesOnce(count: number): Buffer {
  if (given + count > pool.length) {
    randomFillSync(pool);
    given = 0;
  }
  given += count;
  return Buffer.from(pool.subarray(given - count, given));
}
