import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** The project's root, where config/, views/ and modules/ lie. */
export const projectRoot = resolve(import.meta.dirname, '../../..');

/** The package of the core. */
export const coreFolder = resolve(import.meta.dirname, '../..');

/** Version of this portal, e.g. `1.2.0`. */
export function portalVersion(): string {
  const file = readFileSync(join(projectRoot, 'package.json'), 'utf8');
  return (JSON.parse(file) as { readonly version: string }).version;
}
