let last: Promise<unknown> = Promise.resolve();

/** One picture is decoded at a time: it is work for a processor of its own, and others want to be answered meanwhile. */
export function withSemaphore<T>(work: () => Promise<T>): Promise<T> {
  const turn = last.then(work);
  last = turn.catch(() => undefined);
  return turn;
}
