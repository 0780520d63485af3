const dayMillis = 86_400_000;

/** Days of a usage report: the last thirty unless others are asked for; a year at most. */
export interface UsageRange {
  readonly from: string;
  readonly last: string;
  /** The day after the last. */
  readonly until: string;
}

/** All days are ISO dates; in whichever order they come, the range begins with the earlier one. */
export function usageRange(
  asked: { readonly from?: string | undefined; readonly to?: string | undefined },
  today: string,
): UsageRange {
  const last = asked.to ?? today;
  const earliest = dayAfter(last, -365);
  const [, from = last] = [earliest, asked.from ?? dayAfter(last, -29), last].sort();
  return { from, last, until: dayAfter(last, 1) };
}

const dayAfter = (day: string, days: number): string => new Date(Date.parse(day) + days * dayMillis).toISOString().slice(0, 10);
