import { satisfies, valid, validRange } from '../libraries/kernel.js';

const anyVersion = '*';

/**
 * Whether a version lies in a range: the one rule for plans, installing and starting. A pre-release counts by its place in the order of versions:
 * 1.5.0-rc.1 lies in ^1.4.0, and not in >=1.5.0.
 */
export function satisfiesRange(version: string, range: string): boolean {
  return range === anyVersion || satisfies(version, range, { includePrerelease: true });
}

export function isVersion(text: string): boolean {
  return valid(text) === text;
}

export function isRange(text: string): boolean {
  return text.trim() !== '' && validRange(text) !== null;
}
