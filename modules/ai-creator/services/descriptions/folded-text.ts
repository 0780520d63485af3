/** Marks that can be put on any letter; those that make another letter of it, as in Devanagari, in Japanese or on й, stay. */
const looseMarks = /(?<![иі])[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]/gi;
const invisible = /\p{Default_Ignorable_Code_Point}/gu;

/** How a text reads, however it is written: without case, accents, wide and decorated letters, and what nobody sees. */
export const folded = (text: string): string =>
  text
    .normalize('NFKD')
    .replace(invisible, '')
    .replace(looseMarks, '')
    .toUpperCase()
    .toLowerCase()
    .replaceAll('ς', 'σ')
    .normalize('NFC')
    .replace(/\s+/g, ' ')
    .trim();

const letter = '\\p{L}\\p{M}*';
const notInWord = { before: '(?<![\\p{L}\\p{N}\\p{M}])', after: '(?![\\p{L}\\p{N}\\p{M}])' };
/** What people put between letters; no apostrophe, as "he'll" is two words. */
const between = '\\p{Pd}\\p{Pc}.·•∙*|~+^=';
const separators = new RegExp(`(?<=[\\p{L}\\p{N}\\p{M}])[${between}]{1,3}(?=[\\p{L}\\p{N}])`, 'gu');
const apart = new RegExp(`${notInWord.before}${letter}(?:[ ${between}]{1,3}${letter}){2,}${notInWord.after}`, 'gu');
const gaps = new RegExp(`[ ${between}]`, 'gu');
/** Words of one letter, which often stand before others: "a d o g". */
const shortWord = /^[ai](?=.)/;

/** "dra-gon" as "dragon"; of a folded text. */
export const withoutSeparators = (text: string): string => text.replace(separators, '');

/** All that a folded text can be read as, when letters are pulled apart: "a d r a g o n" is "adragon" and "a dragon". */
export function readingsOf(text: string): readonly string[] {
  const joined = (change: (word: string) => string): string => text.replace(apart, (run) => change(run.replace(gaps, '')));
  return [...new Set([text, withoutSeparators(text), joined((word) => word), joined((word) => word.replace(shortWord, '$& '))])];
}

/** Whether an entry stands in a text as whole words. */
export function hasWords(text: string, entry: string): boolean {
  const pattern = entry.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`${notInWord.before}${pattern}${notInWord.after}`, 'u').test(text);
}
