import { resolve } from 'node:path';

/** The package of the core. Absolute. */
export const coreFolder = resolve(import.meta.dirname, '../..');
