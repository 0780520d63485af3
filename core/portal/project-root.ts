import { resolve } from 'node:path';

/** The project's root, where config/, views/ and modules/ lie. */
export const projectRoot = resolve(import.meta.dirname, '../../..');
