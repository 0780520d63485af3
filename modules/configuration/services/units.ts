interface Unit {
  readonly word: string;
  readonly factor: number;
}

/** Largest first. */
const times: readonly Unit[] = [
  { word: 'd', factor: 86_400 },
  { word: 'h', factor: 3600 },
  { word: 'min', factor: 60 },
  { word: 's', factor: 1 },
];
const timeWords: Readonly<Record<string, number>> = { m: 60, ms: 0.001, ...factors(times) };

const binary: readonly Unit[] = ['TiB', 'GiB', 'MiB', 'KiB'].map((word, index) => ({ word, factor: 1024 ** (4 - index) }));
const decimal: readonly Unit[] = ['TB', 'GB', 'MB', 'kB'].map((word, index) => ({ word, factor: 1000 ** (4 - index) }));
const sizeWords: Readonly<Record<string, number>> = lowerCase({ b: 1, bytes: 1, ...factors(binary), ...factors(decimal) });

/** Seconds of `90 s`, `15 min`, `1 h 30 min`, `2 d`; a bare number is seconds. Undefined for anything else. */
export function readDuration(text: string): number | undefined {
  if (/^\s*\d+(\.\d+)?\s*$/.test(text)) return Number(text);
  if (!/^\s*(\d+(\.\d+)?\s*[a-z]+\s*)+$/i.test(text)) return undefined;
  let sum = 0;
  for (const [, amount, word = ''] of text.matchAll(/(\d+(?:\.\d+)?)\s*([a-z]+)/gi)) {
    const factor = timeWords[word.toLowerCase()];
    if (factor === undefined) return undefined;
    sum += Number(amount) * factor;
  }
  return Math.round(sum * 1000) / 1000;
}

export function writeDuration(seconds: number): string {
  let rest = seconds;
  const parts: string[] = [];
  for (const { word, factor } of times) {
    const amount = factor === 1 ? Math.round(rest * 1000) / 1000 : Math.floor(rest / factor);
    rest -= amount * factor;
    if (amount > 0) parts.push(`${amount} ${word}`);
  }
  return parts.join(' ') || '0 s';
}

/** Bytes of `500 kB` (500,000), `10 MiB` (10 x 1,048,576); a bare number is bytes. Undefined for anything else. */
export function readSize(text: string): number | undefined {
  const [, amount, word = ''] = /^\s*(\d+(?:\.\d+)?)\s*([a-z]*)\s*$/i.exec(text) ?? [];
  const factor = word === '' ? 1 : sizeWords[word.toLowerCase()];
  return amount === undefined || factor === undefined ? undefined : Math.round(Number(amount) * factor);
}

/** In the largest unit that says it exactly. */
export function writeSize(bytes: number): string {
  const unit = [...binary, ...decimal].find(({ factor }) => bytes > 0 && bytes % factor === 0);
  return unit ? `${bytes / unit.factor} ${unit.word}` : `${bytes} B`;
}

function factors(units: readonly Unit[]): Readonly<Record<string, number>> {
  return Object.fromEntries(units.map(({ word, factor }) => [word, factor]));
}

function lowerCase(words: Readonly<Record<string, number>>): Readonly<Record<string, number>> {
  return Object.fromEntries(Object.entries(words).map(([word, factor]) => [word.toLowerCase(), factor]));
}
