/** Waits for work up to a limit; then it is on its own, and the error made here is thrown instead. */
export async function withTimeout<T>(work: Promise<T>, limitMillis: number, tooLong: () => Error): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(tooLong()), limitMillis);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
