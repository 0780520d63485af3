import { deploymentMode } from '../config/index.js';
import { moduleOf } from '../kernel/index.js';
import { type House, openHouse } from '../main.js';

/** `portico start`: opens the house and keeps it until it is told to stop. */
export async function startPortal(): Promise<void> {
  const house = await openHouse({ mode: deploymentMode(process.env), environment: process.env });
  await serve(house, []);
}

/** `portico demo`: the same with everything on that `config/demo.json` says, and sample content. */
export async function startDemo(): Promise<void> {
  const house = await openHouse({ mode: 'demo', environment: process.env });
  const lines: string[] = [];
  for (const { value } of house.demoContents.all()) lines.push(...(await value.seed()));
  await serve(house, lines);
}

async function serve(house: House, lines: readonly string[]): Promise<void> {
  const address = await house.listen();
  const stop = async (signal: string): Promise<void> => {
    house.log.info('Closing.', { signal });
    // Whatever hangs, the process is gone within the time that an operator was promised.
    setTimeout(() => process.exit(1), 10_000).unref();
    await house.close();
    process.exit(0);
  };
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => void stop(signal));
  for (const event of ['uncaughtException', 'unhandledRejection'] as const) {
    process.on(event, (error: unknown) => {
      house.log.error('Nobody caught an error.', { culprit: moduleOf(error) ?? 'core', event, error });
    });
  }
  for (const line of lines) console.log(line);
  console.log(`Portico is ready at ${address}`);
}
