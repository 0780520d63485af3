import { createPortal, type Portal, type PortalOptions } from './create-portal.js';
import { Logs } from './diagnostics/log.js';
import { containErrors } from './watchdog/index.js';

/**
 * Creates the portal of this process. No error of a module ends the process from here on: it is logged in the name of the module. The first lines of
 * a module are covered as well: until the portal has a log, and knows how much is to be in it, errors go to standard error all the same.
 */
export async function createContainedPortal(options: PortalOptions): Promise<Portal> {
  let log = new Logs({ level: 'error' }).for('core');
  containErrors(() => log);
  const portal = await createPortal({ process: 'portal', ...options });
  log = portal.log;
  return portal;
}
