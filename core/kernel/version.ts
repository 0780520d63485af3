import { satisfies, valid, validRange } from '../libraries/kernel.js';

const anyVersion = '*';

/** Whether a version lies in a range. */
export function satisfiesRange(version: string, range: string): boolean {
  return range === anyVersion || satisfies(version, range);
}

export function isVersion(text: string): boolean {
  return valid(text) === text;
}

export function isRange(text: string): boolean {
  return text.trim() !== '' && validRange(text) !== null;
}
