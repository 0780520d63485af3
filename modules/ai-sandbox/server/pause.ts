/** Resolves after a while, or at once when the other end, or the sandbox, has gone. */
export const pause = (millis: number, ended: Promise<void>): Promise<void> =>
  new Promise((resolve) => {
    const timer = setTimeout(resolve, millis);
    void ended.then(() => {
      clearTimeout(timer);
      resolve();
    });
  });
