/** What the safety system objects to, as the message of a refusal names it: `safety_violations=[violence, self-harm]`. Words only. */
export function categoriesIn(message: string | undefined): readonly string[] {
  const [, rest = ''] = message?.split('safety_violations=[') ?? [];
  const words = (rest.slice(0, 200).split(']')[0] ?? '').split(',').map((word) => word.trim().toLowerCase().replaceAll('_', '-'));
  return [...new Set(words.filter((word) => /^[a-z][a-z/-]{1,30}$/.test(word)))].sort();
}

/** Seconds that an answer asks to wait: `retry-after-ms`, or `Retry-After` in seconds or as a date. */
export function retryAfterOf(headers: Headers | undefined, now: number = Date.now()): number | undefined {
  const millis = Number(headers?.get('retry-after-ms') ?? Number.NaN);
  if (Number.isFinite(millis) && millis >= 0) return Math.ceil(millis / 1000);
  const text = headers?.get('retry-after');
  if (!text) return undefined;
  const seconds = /^\s*\d+(?:\.\d+)?\s*$/.test(text) ? Number(text) : (Date.parse(text) - now) / 1000;
  return Number.isFinite(seconds) ? Math.max(0, Math.ceil(seconds)) : undefined;
}
