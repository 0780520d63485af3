import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';

const millisPerTick = 10;
const root = resolve(import.meta.dirname, '../..');

/** A server in a process of its own, so that it is measured alone. */
export interface ServerProcess {
  readonly url: string;
  /** Milliseconds from spawn to the line that says it is ready. */
  readonly startMillis: number;
  /** Resident memory now, in MB. */
  memory(): number;
  /** The most resident memory since it was asked to forget, in MB. */
  peak(): number;
  forgetPeak(): void;
  /** Processor time so far, of all threads, in milliseconds. */
  processorMillis(): number;
  stop(): Promise<void>;
}

/** Starts a Node.js program and waits for the line on its standard output that ends with its address. */
export async function startProcess(
  script: string,
  args: readonly string[],
  environment: NodeJS.ProcessEnv,
  folder = process.cwd(),
): Promise<ServerProcess> {
  const began = performance.now();
  const child = spawn(process.execPath, [join(root, script), ...args], {
    cwd: folder,
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  // A benchmark that fails leaves nothing running.
  const kill = (): void => void child.kill();
  process.once('exit', kill);
  child.once('close', () => process.off('exit', kill));
  const url = await addressOf(child);
  return {
    url,
    startMillis: performance.now() - began,
    memory: () => megabytes(child.pid, 'VmRSS'),
    peak: () => megabytes(child.pid, 'VmHWM'),
    forgetPeak: () => writeFileSync(`/proc/${child.pid}/clear_refs`, '5'),
    processorMillis: () => {
      const fields = readFileSync(`/proc/${child.pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
      return (Number(fields[11]) + Number(fields[12])) * millisPerTick;
    },
    stop: async () => {
      const closed = once(child, 'close');
      child.kill('SIGTERM');
      await closed;
    },
  };
}

function megabytes(processId: number | undefined, field: string): number {
  const status = readFileSync(`/proc/${processId}/status`, 'utf8');
  return Number(new RegExp(`${field}:\\s+(\\d+)`).exec(status)?.[1] ?? 0) / 1024;
}

async function addressOf(child: ChildProcess): Promise<string> {
  if (!child.stdout) throw new Error('The process has no standard output.');
  for await (const line of createInterface({ input: child.stdout })) {
    const address = /ready at (http:\/\/\S+)/.exec(line)?.[1];
    if (address) return address;
  }
  throw new Error(`The process ended before it was ready (exit code ${child.exitCode}).`);
}
