import { withoutInvisible } from '@portico/core/util';

/** Variants of ideographs are spelling in names; before a model, a row of them could be words that nobody sees. */
const variants = /[\u{e0100}-\u{e01ef}]/gu;
const controls = /(?!\n)\p{Cc}/gu;
const withoutRunsOfSpace = (text: string): string =>
  text
    .replace(/[^\S\n]+/g, ' ')
    .replace(/ ?\n ?/g, '\n')
    .replace(/\n{3,}/g, '\n\n');

/**
 * What an author typed, without what an author did not see. No word goes: what one kind of service would take for an order is removed by the
 * provider that talks to it, and for it alone.
 */
export function cleanDescription(typed: string): string {
  return withoutRunsOfSpace(
    withoutInvisible(typed.replace(/\r\n?|[\u2028\u2029]/g, '\n').replace(variants, '')).replace(controls, ' '),
  ).trim();
}
