import { PortalError } from '../api/index.js';

/** Waits for work that others wrote, but not for ever. The work itself cannot be stopped; nobody waits for it any longer. */
export async function withinLimit<T>(work: T | PromiseLike<T>, millis: number, what: string): Promise<T> {
  if (!isPromiseLike(work)) return work;
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new PortalError('time-limit', `${what} did not finish within ${millis} ms.`)), millis);
  });
  try {
    return await Promise.race([work, limit]);
  } finally {
    clearTimeout(timer);
  }
}

const isPromiseLike = <T>(value: T | PromiseLike<T>): value is PromiseLike<T> =>
  typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';
