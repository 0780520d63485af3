/** Words and phrases that a site does not want, one per line. */
const entriesOf = (list: string): readonly string[] =>
  list
    .split('\n')
    .map((line) => simple(line))
    .filter((line) => line !== '');

const simple = (text: string): string => text.normalize('NFKC').toLowerCase().replace(/\s+/g, ' ').trim();

/** The first entry that stands in a description as whole words, or undefined. */
export function deniedWord(description: string, list: string): string | undefined {
  const text = simple(description);
  return entriesOf(list).find((entry) => {
    const pattern = entry.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
    return new RegExp(`(?<![\\p{L}\\p{N}])${pattern}(?![\\p{L}\\p{N}])`, 'u').test(text);
  });
}
