import { formatMessage, isFault, type ParsedMessage, parseMessage } from './message-format.js';

/** A sentence with places for what differs, and what another language says. */
interface Pattern {
  readonly matches: RegExp;
  readonly names: readonly string[];
  readonly said: ParsedMessage;
}

/** What can go wrong while a file of sentences is read. */
export interface SentenceFault {
  readonly sentence: string;
  readonly fault: string;
}

const place = /\{([\w-]+)\}/g;

/**
 * Sentences that code says in English, above all those of errors, in another language. As with gettext the English sentence is the key; what differs in
 * it stands as `{name}`: "There is already a site with the address {address}."
 */
export class Sentences {
  private readonly whole = new Map<string, ParsedMessage>();
  private readonly patterns: Pattern[] = [];

  constructor(private readonly locale: string) {}

  get size(): number {
    return this.whole.size + this.patterns.length;
  }

  /** Answers what of it cannot be used. */
  add(texts: ReadonlyMap<string, string>): readonly SentenceFault[] {
    const faults: SentenceFault[] = [];
    for (const [sentence, text] of texts) {
      const said = parseMessage(text, new Intl.Locale(this.locale));
      const names = [...sentence.matchAll(place)].map(([, name = '']) => name);
      if (isFault(said)) {
        faults.push({ sentence, fault: said.fault });
        continue;
      }
      const unknown = typeof said === 'string' ? undefined : said.arguments.find((name) => !names.includes(name));
      if (unknown !== undefined) faults.push({ sentence, fault: `it takes {${unknown}}, which the sentence does not have` });
      else if (names.length === 0) this.whole.set(sentence, said);
      else this.patterns.push({ matches: patternOf(sentence), names, said });
    }
    return faults;
  }

  /** Undefined when nobody translated it. */
  translate(sentence: string): string | undefined {
    const whole = this.whole.get(sentence);
    if (whole !== undefined) return typeof whole === 'string' ? whole : formatMessage(whole, {}, this.locale);
    for (const { matches, names, said } of this.patterns) {
      const found = matches.exec(sentence);
      if (!found) continue;
      // What stands in its place may be a sentence itself.
      const values = Object.fromEntries(
        names.map((name, index) => [name, this.translate(found[index + 1] ?? '') ?? found[index + 1] ?? '']),
      );
      return typeof said === 'string' ? said : formatMessage(said, values, this.locale);
    }
    return undefined;
  }
}

function patternOf(sentence: string): RegExp {
  const parts = sentence
    .split(place)
    .map((part, index) => (index % 2 === 0 ? part.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&') : '(.+?)'));
  return new RegExp(`^${parts.join('')}$`, 's');
}
