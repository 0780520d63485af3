import { invalidInput } from '@portico/core';
import { cutText, hasInvisible, withNaturalNumbers } from '@portico/core/util';

const maxLength = 255;

/** Control characters, halves of characters, and what separates paths on any system. */
const forbidden = /[\p{Cc}\p{Cs}/\\]/u;
/** At least one character leaves ink. */
const visible = /(?!\u2800)[\p{L}\p{M}\p{N}\p{P}\p{S}]/u;

/** A name as it is compared and sorted: two names with the same key cannot lie in one folder; numbers sort as they count. */
export function nameKey(name: string): string {
  return withNaturalNumbers(name.normalize('NFC').toLowerCase());
}

/**
 * Checks the name of a document or a folder; it is only ever a column, never a path.
 * @throws PortalError `invalid-input` with the field `name`.
 */
export function checkedName(wanted: string): string {
  const name = wanted.normalize('NFC').trim();
  const problem = problemOf(name);
  if (problem) throw invalidInput({ name: problem }, problem);
  return name;
}

function problemOf(name: string): string | undefined {
  if (name === '') return 'Enter a name.';
  if (name.length > maxLength) return `A name has at most ${maxLength} characters; this one has ${name.length}.`;
  if (forbidden.test(name) || hasInvisible(name) || !visible.test(name))
    return 'A name cannot contain slashes, backslashes, line breaks or invisible characters.';
  if (/^\.+$/.test(name) || name.endsWith('.')) return 'A name cannot end with a dot.';
  return undefined;
}

/** Extension in lower case without the dot; empty when there is none. */
export function extensionOf(name: string): string {
  const dot = name.lastIndexOf('.');
  return dot <= 0 ? '' : name.slice(dot + 1).toLowerCase();
}

/** `sunset.png` -> `sunset (1).png`, kept within the longest name. */
export function numberedName(name: string, number: number): string {
  if (number === 0) return name;
  const extension = extensionOf(name);
  const tail = ` (${number})${extension ? name.slice(-extension.length - 1) : ''}`;
  const stem = extension ? name.slice(0, -extension.length - 1) : name;
  return cutText(stem, maxLength - tail.length) + tail;
}
