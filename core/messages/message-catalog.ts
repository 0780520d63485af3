import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  type CompiledMessage,
  type Disposable,
  type HostConfig,
  type Log,
  type Messages,
  type MessageValues,
  toDisposable,
} from '../api/index.js';
import { compileMessage, formatMessage } from './message-format.js';
import { addPseudo, pseudoLocales, pseudoText } from './pseudo-locale.js';
import { type Locales, readMessages, type Translation } from './read-messages.js';
import { Sentences } from './sentences.js';

const fallbackLocale = 'en';
const portal = 'core';
const nameKey = 'module.name';

/** A translation that is asked, and the locale in which it writes numbers, dates and plurals for the reader. */
interface Link {
  readonly translation: Translation;
  readonly locale: string;
}

/** A module as far as its words matter. */
export interface MessageOwner {
  readonly id: string;
  /** Absolute. */
  readonly folder: string;
  readonly manifest: { readonly messages?: string };
}

export interface MessageCatalogOptions {
  readonly log: Pick<Log, 'warn'>;
  /** Folder of the portal's own words. */
  readonly viewsFolder?: string;
  /** In development and tests languages are there that show what is no message, and what breaks from right to left. */
  readonly mode?: HostConfig['mode'];
  /** The language of who asks right now, for texts of which nobody says in which language; undefined: English. */
  readonly currentLocale?: () => string | undefined;
}

/** All words of the portal. A message is looked for in the module's locale, its English, the portal's locale, the portal's English. */
export class MessageCatalog {
  private readonly owners = new Map<string, Locales>();
  /** Where they are read, by module. */
  private readonly folders = new Map<string, string>();
  private readonly views = new Map<string, Messages>();
  /** What people call modules, by module and then by locale; also of those that have stopped. */
  private readonly names = new Map<string, ReadonlyMap<string, string>>();
  /** By module, then by locale. */
  private readonly chains = new Map<string, Map<string, readonly Link[]>>();
  private readonly reported = new Set<string>();
  private spoken: readonly string[] | undefined;
  /** By module, then by language. */
  private readonly ownSentences = new Map<string, ReadonlyMap<string, ReadonlyMap<string, string>>>();
  /** By locale, of all modules that run. */
  private readonly sentences = new Map<string, Sentences>();
  readonly pseudoLocales: readonly string[];

  constructor(private readonly options: MessageCatalogOptions) {
    this.pseudoLocales = options.mode === 'development' || options.mode === 'test' ? pseudoLocales : [];
    const own = this.options.viewsFolder ?? fileURLToPath(new URL('../../messages', import.meta.url));
    this.folders.set(portal, own);
    this.read(portal, own);
  }

  /** Reads words that have changed: of a module that runs, or of `core`. @throws PortalError `messages-invalid`; what was there before stays. */
  refresh(owner: string): void {
    const folder = this.folders.get(owner);
    if (folder === undefined) return;
    this.read(owner, folder);
    this.chains.clear();
    if (owner === portal) this.reported.clear();
  }

  /**
   * Reads all messages of a module, each once. One that cannot be read is reported with its place, and the next language or the text as
   * written stands in for it; the module starts.
   * @throws PortalError `messages-invalid` when a file is no object of texts, or its name no language
   */
  async load(module: MessageOwner): Promise<Disposable> {
    const folder = join(module.folder, module.manifest.messages ?? 'messages');
    this.read(module.id, folder);
    this.folders.set(module.id, folder);
    this.chains.clear();
    return toDisposable(() => {
      this.owners.delete(module.id);
      this.ownSentences.delete(module.id);
      this.sentences.clear();
      this.spoken = undefined;
      this.folders.delete(module.id);
      this.chains.clear();
    });
  }

  /**
   * The words of one module; good for as long as the portal stands, whether the module runs or not.
   * @param moduleId several, with blanks between: the words of the first that has the key
   */
  for(moduleId: string): Messages {
    let messages = this.views.get(moduleId);
    if (!messages) {
      messages = {
        text: (key, values, locale) => this.text(moduleId, key, values, locale),
        compiled: (key, locale) => this.compiled(moduleId, key, locale),
      };
      this.views.set(moduleId, messages);
    }
    return messages;
  }

  nameOf(moduleId: string, locale: string = this.currentLocale()): string {
    const names = this.names.get(moduleId);
    const wanted = [locale, locale.split('-')[0] ?? locale, fallbackLocale];
    const [name] = wanted.flatMap((each) => names?.get(each) ?? []);
    return name ?? (moduleId.charAt(0).toUpperCase() + moduleId.slice(1)).replaceAll('-', ' ');
  }

  /** What code says in English, in another language; as it is where nobody translated it. */
  sentence(text: string, locale: string = this.currentLocale()): string {
    if (this.pseudoLocales.includes(locale)) return this.disguised(text);
    if (locale.startsWith(fallbackLocale)) return text;
    return this.sentencesIn(locale).translate(text) ?? this.sentencesIn(locale.split('-')[0] ?? locale).translate(text) ?? text;
  }

  /** What some language has words for. */
  private disguised(text: string): string {
    const languages = new Set([...this.ownSentences.values()].flatMap((own) => [...own.keys()]));
    const isKnown = [...languages].some((language) => this.sentencesIn(language).translate(text) !== undefined);
    return isKnown ? pseudoText(text) : text;
  }

  private sentencesIn(locale: string): Sentences {
    let sentences = this.sentences.get(locale);
    if (!sentences) {
      sentences = new Sentences(locale);
      for (const locales of this.ownSentences.values()) sentences.add(locales.get(locale) ?? new Map());
      this.sentences.set(locale, sentences);
    }
    return sentences;
  }

  private currentLocale(): string {
    return this.options.currentLocale?.() ?? fallbackLocale;
  }

  /** The same array until a language comes or goes. */
  languages(): readonly string[] {
    if (!this.spoken) {
      const others = new Set([...this.owners.values()].flatMap((locales) => [...locales.keys()]));
      others.delete(fallbackLocale);
      this.spoken = Object.freeze([fallbackLocale, ...[...others].sort()]);
    }
    return this.spoken;
  }

  private text(moduleId: string, key: string, values: MessageValues = noValues, locale: string = this.currentLocale()): string {
    let isFound = false;
    for (const link of this.chain(moduleId, locale)) {
      const message = link.translation.messages.get(key);
      if (typeof message === 'string') return message;
      if (message) {
        try {
          return formatMessage(message, values, link.locale);
        } catch (error) {
          // The next language may do better: a message that is broken breaks no page.
          this.report('A message cannot be formatted.', moduleId, key, { locale: link.locale, error });
          isFound = true;
        }
      }
    }
    return isFound ? key : this.substitute(moduleId, key, locale);
  }

  private compiled(moduleId: string, key: string, locale: string = this.currentLocale()): CompiledMessage {
    for (const { translation } of this.chain(moduleId, locale)) {
      const message = translation.messages.get(key);
      if (message !== undefined) return compileMessage(message);
    }
    return this.substitute(moduleId, key, locale);
  }

  private substitute(moduleId: string, key: string, locale: string): string {
    for (const { translation } of this.chain(moduleId, locale)) {
      const written = translation.broken.get(key);
      if (written !== undefined) return written;
    }
    this.report('A message is missing.', moduleId, key);
    return key;
  }

  private read(owner: string, folder: string): void {
    const { locales, broken, sentences, brokenSentences } = readMessages(folder);
    this.ownSentences.set(owner, sentences);
    this.sentences.clear();
    for (const locale of this.pseudoLocales) addPseudo(locales, locale, fallbackLocale);
    this.spoken = undefined;
    this.owners.set(owner, locales);
    this.names.set(
      owner,
      new Map(
        [...locales].flatMap(([locale, { messages }]): [string, string][] => {
          const name = messages.get(nameKey);
          return typeof name === 'string' ? [[locale, name]] : [];
        }),
      ),
    );
    for (const { key, locale, fault, line, column } of broken) {
      this.options.log.warn('A message cannot be read.', { module: owner, locale, key, line, column, fault });
    }
    for (const { locale, sentence, fault } of brokenSentences) {
      this.options.log.warn('A sentence cannot be translated.', { module: owner, locale, sentence, fault });
    }
  }

  private chain(moduleId: string, locale: string): readonly Link[] {
    let known = this.chains.get(moduleId);
    if (!known) {
      known = new Map();
      this.chains.set(moduleId, known);
    }
    let chain = known.get(locale);
    if (!chain) {
      const locales = new Set([locale, locale.split('-')[0] ?? locale, fallbackLocale]);
      chain = [...moduleId.split(' '), portal].flatMap((owner) =>
        [...locales].flatMap((wanted) => {
          const translation = this.owners.get(owner)?.get(wanted);
          return translation ? [{ translation, locale: localeFor(translation, locale) }] : [];
        }),
      );
      known.set(locale, chain);
    }
    return chain;
  }

  private report(message: string, moduleId: string, key: string, facts: Readonly<Record<string, unknown>> = {}): void {
    const name = `${moduleId} ${key}`;
    if (this.reported.has(name)) return;
    this.reported.add(name);
    this.options.log.warn(message, { module: moduleId, key, ...facts });
  }
}

const noValues: MessageValues = Object.freeze({});

/** A reader of en-GB reads the English file with British dates; a reader of a language without a file reads English altogether. */
function localeFor({ locale }: Translation, wanted: string): string {
  if (!wanted.startsWith(`${locale}-`)) return locale;
  try {
    return new Intl.Locale(wanted).toString();
  } catch {
    return locale;
  }
}
