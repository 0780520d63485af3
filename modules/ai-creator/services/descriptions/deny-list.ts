import { folded, hasWords, readingsOf, withoutSeparators } from './folded-text.js';

/** Words and phrases that a site does not want, one per line. */
const entriesOf = (list: string): readonly string[] =>
  list
    .split('\n')
    .map((line) => line.normalize('NFKC').toLowerCase().replace(/\s+/g, ' ').trim())
    .filter((line) => line !== '');

/** The first entry that stands in a description as whole words, also accented, in wide letters or with its letters pulled apart; or undefined. */
export function deniedWord(description: string, list: string): string | undefined {
  const readings = readingsOf(folded(description));
  return entriesOf(list).find((entry) => {
    const wanted = folded(entry);
    const forms = new Set([wanted, withoutSeparators(wanted)]);
    return wanted !== '' && [...forms].some((form) => readings.some((reading) => hasWords(reading, form)));
  });
}
