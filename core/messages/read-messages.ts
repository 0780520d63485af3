import { existsSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { PortalError } from '../api/index.js';
import { readMessageFile } from './message-file.js';
import { isFault, type MessageFault, type ParsedMessage, parseMessage } from './message-format.js';
import { type SentenceFault, Sentences } from './sentences.js';

/** One file: what a language says for each key. */
export interface Translation {
  readonly locale: string;
  readonly messages: ReadonlyMap<string, ParsedMessage>;
  /** As they are written; said when nobody else has the key. */
  readonly broken: ReadonlyMap<string, string>;
}

/** By locale. */
export type Locales = ReadonlyMap<string, Translation>;

/** A message that cannot be read, and where. */
export interface BrokenMessage extends MessageFault {
  readonly locale: string;
  readonly key: string;
}

/** What a folder of messages holds. */
export interface ReadMessages {
  readonly locales: Map<string, Translation>;
  readonly broken: readonly BrokenMessage[];
  /** By language, then by the English sentence. */
  readonly sentences: ReadonlyMap<string, ReadonlyMap<string, string>>;
  readonly brokenSentences: readonly BrokenSentence[];
}

interface BrokenSentence extends SentenceFault {
  readonly locale: string;
}

/** `sentences.de.json`: what code says in English, in German. */
const sentencesPrefix = /^sentences\./;

/**
 * All `<locale>.json` and `sentences.<locale>.json` of a folder, and what in them cannot be read.
 * @throws PortalError `messages-invalid`
 */
export function readMessages(folder: string): ReadMessages {
  const locales = new Map<string, Translation>();
  const broken: BrokenMessage[] = [];
  const sentences = new Map<string, ReadonlyMap<string, string>>();
  const brokenSentences: BrokenSentence[] = [];
  if (!existsSync(folder)) return { locales, broken, sentences, brokenSentences };
  for (const file of readdirSync(folder).filter((name) => name.endsWith('.json'))) {
    const language = languageOf(join(folder, file.replace(sentencesPrefix, '')));
    const locale = language.toString();
    if (sentencesPrefix.test(file)) {
      const texts = readMessageFile(join(folder, file));
      sentences.set(locale, texts);
      brokenSentences.push(...new Sentences(locale).add(texts).map((fault) => ({ locale, ...fault })));
      continue;
    }
    const translation = { locale, messages: new Map<string, ParsedMessage>(), broken: new Map<string, string>() };
    for (const [key, text] of readMessageFile(join(folder, file))) {
      const parsed = parseMessage(text, language);
      if (isFault(parsed)) {
        broken.push({ locale, key, ...parsed });
        translation.broken.set(key, text);
      } else translation.messages.set(key, parsed);
    }
    locales.set(locale, translation);
  }
  return { locales, broken, sentences, brokenSentences };
}

function languageOf(file: string): Intl.Locale {
  try {
    return new Intl.Locale(basename(file, '.json'));
  } catch (cause) {
    throw new PortalError('messages-invalid', `The messages in ${file} cannot be used: its name is not that of a language.`, {
      status: 500,
      cause,
    });
  }
}
