import { PortalError } from '../api/index.js';
import { deploymentMode, type LoadOptions } from '../config/index.js';
import { createContainedPortal } from '../contained-portal.js';
import type { Portal } from '../create-portal.js';
import { distribution } from '../portal/project-root.js';

/**
 * `portico start`: opens the portal and keeps it until it is told to stop.
 * @param overrides what the command line says besides.
 */
export async function startPortal(overrides: object = {}): Promise<void> {
  await run(deploymentMode(process.env), overrides, async () => []);
}

/** `portico demo`: the same with everything on that `config/demo.json` says, and sample content. */
export async function startDemo(overrides: object = {}): Promise<void> {
  await run('demo', overrides, async (portal) => {
    const lines: string[] = [];
    for (const { value } of portal.demoContents.all()) lines.push(...(await value.seed()));
    return lines;
  });
}

async function run(
  mode: LoadOptions['mode'],
  overrides: object,
  prepare: (portal: Portal) => Promise<readonly string[]>,
): Promise<void> {
  const portal = await createContainedPortal({ mode, environment: process.env, overrides });
  try {
    assertModules(portal);
    const lines = await prepare(portal);
    const address = await portal.listen();
    obeySignals(portal);
    for (const line of lines) console.log(line);
    console.log(readyLine(portal, address));
  } catch (error) {
    // A portal that lets nobody in holds nothing either: neither the data directory nor a port of a module.
    await portal.close();
    throw error;
  }
}

/**
 * A portal without modules has no page, and nobody who could sign in: it must not take the place of one that works. Commands open it all the same,
 * so that `modules list` and `doctor` can be asked.
 */
function assertModules({ modules, config }: Portal): void {
  if (modules.list().length > 0) return;
  const reasons = modules.unreadable().map(({ message }) => message);
  throw new PortalError(
    'modules-missing',
    `No module was found, so the portal would have no page. ${reasons.join(' ') || '"modulePaths" or PORTICO_MODULE_PATHS names no folder.'} The modules of the portal are in ${distribution.modulePaths.join(', ')}.`,
    { status: 503, expose: false, details: { modulePaths: config.modulePaths } },
  );
}

/** The address that people use, and where it really listens when that is another one. */
function readyLine({ config }: Portal, address: string): string {
  const { publicUrl } = config.settings.server;
  if (publicUrl === undefined || publicUrl === address) return `Portico is ready at ${address}`;
  return `Portico is ready at ${publicUrl} (listening at ${address})`;
}

function obeySignals(portal: Portal): void {
  const stop = async (signal: string): Promise<void> => {
    portal.log.info('Closing.', { signal });
    // Whatever hangs, the process is gone within the time that an operator was promised.
    setTimeout(() => process.exit(1), 10_000).unref();
    await portal.close();
    process.exit(0);
  };
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => void stop(signal));
  // A terminal that goes away takes the portal that was started in it along, in order; a service is asked to look at its files again.
  if (process.stdin.isTTY || process.stdout.isTTY) process.once('SIGHUP', () => void stop('SIGHUP'));
  else process.on('SIGHUP', () => void reload(portal));
}

async function reload(portal: Portal): Promise<void> {
  try {
    await portal.reload();
    portal.log.info('The flags file was read again. What config/*.json and the environment say counts from the next start.', {
      signal: 'SIGHUP',
    });
  } catch (error) {
    portal.log.error('The flags file could not be read again.', { signal: 'SIGHUP', error });
  }
}
