import { type HostConfig, PortalError } from '../api/index.js';

/** What `PORTICO_MODE` says: `production` unless it is `development`. */
export function deploymentMode(environment: NodeJS.ProcessEnv): HostConfig['mode'] {
  const mode = environment.PORTICO_MODE || 'production';
  if (mode === 'production' || mode === 'development') return mode;
  throw new PortalError(
    'configuration-invalid',
    `The environment variable PORTICO_MODE must be production or development, but is "${mode}".`,
  );
}
