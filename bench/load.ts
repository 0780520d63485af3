import { randomBytes } from 'node:crypto';
import autocannon from 'autocannon';
import type { ServerProcess } from './portal-process.js';

export interface LoadResult {
  /** Answers per second. */
  readonly rate: number;
  /** Milliseconds. */
  readonly p99: number;
  /** Processor time of the server per answer, in microseconds: steadier than the rate when the machine has other work. */
  readonly cost: number;
}

export interface Comparison {
  readonly ours: LoadResult;
  readonly bare: LoadResult;
}

const connections = 32;
const connectionsOfLarge = 8;
const largeBytes = 500_000;
/** A page is compiled to its last form after some thousand answers, however long those take. */
const answersToWarmUp = 4000;
const answersToWarmUpLarge = 100;

/** Asks for one address as fast as it is answered. Any status but the expected one fails the benchmark: a fast error is no result. */
export async function load(
  server: ServerProcess,
  path: string,
  options: {
    readonly headers?: Record<string, string>;
    readonly status: number;
    readonly seconds: number;
    readonly bytes: number;
  },
  warmUp = false,
): Promise<LoadResult> {
  const large = options.bytes > largeBytes;
  const url = server.url + path;
  const before = server.processorMillis();
  const result = await autocannon({
    url,
    headers: options.headers ?? {},
    connections: large ? connectionsOfLarge : connections,
    ...(warmUp ? { amount: large ? answersToWarmUpLarge : answersToWarmUp } : { duration: options.seconds }),
  });
  const answers = result['2xx'] + result['3xx'];
  const unexpected = result.non2xx - result['3xx'] + (options.status < 300 ? result['3xx'] : result['2xx']);
  if (unexpected + result.errors + result.timeouts > 0 || answers === 0) {
    const { errors, timeouts } = result;
    throw new Error(
      `Of the requests to ${path}, ${answers} were answered, ${unexpected} with another status, ${errors + timeouts} not.`,
    );
  }
  return {
    rate: result.requests.average,
    p99: result.latency.p99,
    cost: ((server.processorMillis() - before) * 1000) / answers,
  };
}

/** Stores new files, `atOnce` at a time, each acknowledged when it is durable. */
export async function store(
  server: ServerProcess,
  path: string,
  options: { readonly headers?: Record<string, string>; readonly atOnce: number; readonly bytes: number; readonly count: number },
): Promise<LoadResult> {
  const before = server.processorMillis();
  const began = performance.now();
  const times: number[] = [];
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < options.count) {
      next += 1;
      const form = new FormData();
      form.append('files', new Blob([randomBytes(options.bytes)]), `stored-${crypto.randomUUID()}.bin`);
      const sent = performance.now();
      const answer = await fetch(server.url + path, { method: 'POST', headers: options.headers ?? {}, body: form });
      if (answer.status !== 201) throw new Error(`Storing failed with ${answer.status}.`);
      await answer.arrayBuffer();
      times.push(performance.now() - sent);
    }
  };
  await Promise.all(Array.from({ length: options.atOnce }, worker));
  times.sort((a, b) => a - b);
  return {
    rate: options.count / ((performance.now() - began) / 1000),
    p99: Math.round(times[Math.floor(times.length * 0.99)] ?? 0),
    cost: ((server.processorMillis() - before) * 1000) / options.count,
  };
}

type Load = (warmUp: boolean) => Promise<LoadResult>;

/** Measures two servers in turn, so that both meet the same load of the machine; answers the medians of three rounds. */
export async function compare(ours: Load, bare: Load): Promise<Comparison> {
  // Neither is measured while its code is still being compiled.
  await ours(true);
  await bare(true);
  const rounds: Comparison[] = [];
  for (let round = 0; round < 3; round += 1) rounds.push({ ours: await ours(false), bare: await bare(false) });
  const middle = (results: readonly LoadResult[]): LoadResult => ({
    rate: median(results.map(({ rate }) => rate)),
    p99: median(results.map(({ p99 }) => p99)),
    cost: median(results.map(({ cost }) => cost)),
  });
  return { ours: middle(rounds.map(({ ours }) => ours)), bare: middle(rounds.map(({ bare }) => bare)) };
}

export function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? 0;
}
