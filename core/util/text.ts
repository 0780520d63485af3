const emoji = '\\p{Extended_Pictographic}\\p{Emoji_Modifier}\\ufe0f';

/**
 * What nobody sees and yet is spelling, each where it means something: joiners between letters (Persian, Hindi) or emoji (families), at the
 * end of an Arabic letter or after the sign that takes a vowel away; the selectors of variants of emoji, ideographs, symbols and Mongolian
 * letters; the letters of the flags of England and its like. One rule for every place that takes words of people.
 */
const spelling = new RegExp(
  [
    `(?<=[\\p{L}\\p{M}${emoji}])[\\u200c\\u200d](?=[\\p{L}\\p{M}\\p{Extended_Pictographic}])`,
    '(?<=\\p{Script=Arabic}|[\\u094d\\u09cd\\u0acd\\u0b4d\\u0bcd\\u0c4d\\u0ccd\\u0d4d\\u0dca])\\u200d',
    '(?<=\\p{Emoji})[\\ufe0e\\ufe0f]',
    '(?<=[\\p{Ideographic}\\p{Script=Myanmar}\\p{Script=Phags_Pa}\\p{S}])[\\ufe00-\\ufe0d\\u{e0100}-\\u{e01ef}]',
    '(?<=[\\p{L}\\p{M}])\\u034f(?=[\\p{L}\\p{M}])',
    '(?<=\\p{Script=Mongolian})[\\u180b-\\u180f]',
    // As a whole: a flag must not carry words that nobody sees.
    '\\u{1f3f4}[\\u{e0030}-\\u{e0039}\\u{e0061}-\\u{e007a}]{3,6}\\u{e007f}',
  ].join('|'),
  'gu',
);
const invisible = /[\p{Default_Ignorable_Code_Point}\u2028\u2029\ufff9-\ufffb]/gu;
const withSpelling = new RegExp(`(${spelling.source})|${invisible.source}`, 'gu');

/** Whether a text has characters that nobody sees and that are no spelling: loose joiners, turns of the reading direction, fillers. */
export function hasInvisible(text: string): boolean {
  return text.replace(spelling, '').search(invisible) >= 0;
}

/** A text without what nobody sees; joiners and selectors that are spelling stay. */
export function withoutInvisible(text: string): string {
  return text.replace(withSpelling, '$1');
}

/** A text, composed, without the accents of Latin letters. Marks of all other scripts are part of the spelling and stay. */
export function withoutLatinAccents(text: string): string {
  return text
    .normalize('NFD')
    .replace(/(\p{Script=Latin})[\u0300-\u036f]+/gu, '$1')
    .normalize('NFC');
}

/** Letters of Latin that no decomposition turns into plain ones. */
const plainLetters: Readonly<Record<string, string>> = {
  ß: 'ss',
  æ: 'ae',
  œ: 'oe',
  ø: 'o',
  đ: 'd',
  ð: 'd',
  ł: 'l',
  þ: 'th',
  ı: 'i',
};
const unplain = new RegExp(`[${Object.keys(plainLetters).join('')}]`, 'giu');

/** A text without the accents of Latin letters, and with plain letters for those that have a stroke or are two in one. */
export function withPlainLetters(text: string): string {
  return withoutLatinAccents(text).replace(unplain, (letter) => {
    const plain = plainLetters[letter.toLowerCase()] ?? letter;
    return letter === letter.toLowerCase() ? plain : plain.toUpperCase();
  });
}

/**
 * A text as searches compare it, here rather than in a database, each of which folds in its own way: without case, accents of Latin and Greek
 * letters, joiners and what else nobody sees; however its letters are composed. Two words for which somebody would look alike are the same.
 * Columns hold what this answers: whoever changes it fills them again.
 */
export function foldText(text: string): string {
  const decomposed = text.normalize('NFKD').replace(invisible, '');
  const cased = decomposed
    .replace(/(\p{Script=Greek})[\u0300-\u036f]+/gu, '$1')
    .toUpperCase()
    .toLowerCase();
  return withPlainLetters(cased).replaceAll('ς', 'σ').replace(/\s+/g, ' ').trim();
}

/**
 * A text whose numbers sort by what they count, where others sort by their signs: _Site 2_ before _Site 10_. Each number has its length before
 * it and the zeros that led it behind it, so two texts are the same afterwards only if they were before. Nothing is searched for in it.
 */
export function withNaturalNumbers(text: string): string {
  return text.replace(/(0*)(\d+)/g, (_, zeros: string, digits: string) => {
    const length = digits.length < 9 ? `${digits.length}` : `9${String(Math.min(digits.length, 999)).padStart(3, '0')}`;
    return `${length}${digits}${zeros}`;
  });
}

/** Characters of a name by which it is sorted. */
const sortedLength = 300;

/**
 * What lists sort names and titles of people, sites and articles by: `foldText`, with numbers as they count.
 * Columns hold what this answers: whoever changes it fills them again.
 */
export function nameSortKey(name: string): string {
  return cutText(withNaturalNumbers(foldText(name)), sortedLength);
}

/**
 * A part of an address that reads like a text: _The Guide to Åland_ becomes `the-guide-to-aland`, _Straße_ `strasse`.
 * @param longest most characters. @param fallback when no letter of the text is one of an address.
 */
export function addressFrom(text: string, longest: number, fallback = ''): string {
  const words = foldText(text)
    .replace(/\p{M}/gu, '')
    .split(/[^a-z0-9]+/);
  return words.filter(Boolean).join('-').slice(0, longest).replace(/-$/, '') || fallback;
}

/** Most words of a search that are looked at; the others narrow nothing. */
const maxSearchWords = 8;

/** The words of a search, each a pattern for `LIKE … ESCAPE '!'` on a column of `foldText`: it may stand anywhere, all must. */
export function searchPatterns(search: string): readonly string[] {
  const words = foldText(search).split(' ').filter(Boolean);
  return words.slice(0, maxSearchWords).map((word) => `%${word.replace(/[%_!]/g, '!$&')}%`);
}

/** Made with first use: the platform reads its tables then, which takes ten milliseconds. */
let segmenter: Intl.Segmenter | undefined;
/** What makes one letter of several characters. */
const composed = /\p{M}|\u200c|\u200d|\p{Emoji_Modifier}|[\u{1f1e6}-\u{1f1ff}]|[\u{e0020}-\u{e007f}]|[\u1100-\u11ff]/u;

/** The letters of a text as people count them: with their marks, and families and flags of emoji as one. */
export function lettersOf(text: string): readonly string[] {
  if (!composed.test(text)) return [...text];
  segmenter ??= new Intl.Segmenter('und', { granularity: 'grapheme' });
  return Array.from(segmenter.segment(text), ({ segment }) => segment);
}

const shortest = 20;
const ending = 10;

/** What stands before and at the end of a name that may be too long for its place; undefined of a short one. Names of a series differ in their end. */
export function nameParts(name: string): readonly [string, string] | undefined {
  // A letter has one or two units: most names are short even so.
  if (name.length <= shortest) return undefined;
  const letters = lettersOf(name);
  if (letters.length <= shortest) return undefined;
  return [letters.slice(0, -ending).join(''), letters.slice(-ending).join('')];
}

/** The beginning of a text that has at most so many UTF-16 units; no letter is cut apart. */
export function cutText(text: string, length: number): string {
  if (text.length <= length) return text;
  let cut = '';
  for (const letter of lettersOf(text)) {
    if (cut.length + letter.length > length) break;
    cut += letter;
  }
  return cut;
}
