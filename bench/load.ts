import autocannon from 'autocannon';

export interface LoadResult {
  /** Answers per second. */
  readonly rate: number;
  /** Milliseconds. */
  readonly p99: number;
}

const seconds = 4;
const connections = 32;

/** Asks for one address as fast as it is answered. Anything but 200 fails the benchmark: a fast error is no result. */
export async function load(url: string, headers: Record<string, string> = {}): Promise<LoadResult> {
  const result = await autocannon({ url, headers, connections, duration: seconds });
  const failed = result.non2xx + result.errors + result.timeouts;
  if (failed > 0) throw new Error(`${failed} of the requests to ${new URL(url).pathname} failed.`);
  return { rate: result.requests.average, p99: result.latency.p99 };
}

/** Measures two servers in turn, so that both meet the same weather; answers the medians of three rounds. */
export async function compare(
  ours: () => Promise<LoadResult>,
  bare: () => Promise<LoadResult>,
): Promise<{ readonly ours: LoadResult; readonly bare: LoadResult }> {
  const rounds: { ours: LoadResult; bare: LoadResult }[] = [];
  for (let round = 0; round < 3; round += 1) rounds.push({ ours: await ours(), bare: await bare() });
  const middle = (results: readonly LoadResult[]): LoadResult => [...results].sort((a, b) => a.rate - b.rate)[1] as LoadResult;
  return { ours: middle(rounds.map(({ ours }) => ours)), bare: middle(rounds.map(({ bare }) => bare)) };
}
