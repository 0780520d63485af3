import { Readable } from 'node:stream';
import { deploymentMode } from '../config/index.js';
import { createPortal, type Portal } from '../create-portal.js';
import { moduleOf } from '../kernel/index.js';

/** `portico start`: opens the portal and keeps it until it is told to stop. */
export async function startPortal(): Promise<void> {
  const portal = await createPortal({ mode: deploymentMode(process.env), environment: process.env });
  await serve(portal, []);
}

/** `portico demo`: the same with everything on that `config/demo.json` says, and sample content. */
export async function startDemo(): Promise<void> {
  const portal = await createPortal({ mode: 'demo', environment: process.env });
  const lines: string[] = [];
  for (const { value } of portal.demoContents.all()) lines.push(...(await value.seed()));
  await serve(portal, lines);
}

/** A command while no portal runs: one is opened for it alone, without HTTP. @returns its exit code. */
export async function runCommand(called: readonly string[]): Promise<number> {
  const portal = await createPortal({
    mode: deploymentMode(process.env),
    environment: process.env,
    overrides: { log: { level: 'warn' } },
  });
  try {
    return await portal.commands.run({
      argv: called,
      // As with a running portal: a terminal has nothing to pipe, and nobody waits for its end.
      stdin: process.stdin.isTTY ? Readable.from([]) : process.stdin,
      signal: AbortSignal.timeout(24 * 3600 * 1000),
      out: (text) => void process.stdout.write(text),
      err: (text) => void process.stderr.write(text),
    });
  } finally {
    await portal.close();
    process.stdin.unref?.();
  }
}

async function serve(portal: Portal, lines: readonly string[]): Promise<void> {
  const address = await portal.listen();
  const stop = async (signal: string): Promise<void> => {
    portal.log.info('Closing.', { signal });
    // Whatever hangs, the process is gone within the time that an operator was promised.
    setTimeout(() => process.exit(1), 10_000).unref();
    await portal.close();
    process.exit(0);
  };
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => void stop(signal));
  for (const event of ['uncaughtException', 'unhandledRejection'] as const) {
    process.on(event, (error: unknown) => {
      portal.log.error('Nobody caught an error.', { module: moduleOf(error) ?? 'core', event, error });
    });
  }
  for (const line of lines) console.log(line);
  console.log(`Portico is ready at ${address}`);
}
