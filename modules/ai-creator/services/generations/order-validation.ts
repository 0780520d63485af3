import { type AccessContext, inject, injectable, invalidInput, Messages } from '@portico/core';
import { Documents } from '@portico/documents-media/api';
import { Availability } from '../availability/availability.js';
import { readStyles, styledPrompt } from '../descriptions/styles.js';
import { CircuitBreaker } from '../failures/circuit-breaker.js';
import type { ImageOrder } from './image-order.js';

/** Marks that can be put on any letter; those that make another letter of it, as in Devanagari, in Japanese or on й, stay. */
const looseMarks = /(?<![иі])[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]/gi;
const invisible = /\p{Default_Ignorable_Code_Point}/gu;

/** How a text reads, however it is written: without case, accents, wide and decorated letters, and what nobody sees. */
const folded = (text: string): string =>
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
const withoutSeparators = (text: string): string => text.replace(separators, '');

/** All that a folded text can be read as, when letters are pulled apart: "a d r a g o n" is "adragon" and "a dragon". */
function readingsOf(text: string): readonly string[] {
  const joined = (change: (word: string) => string): string => text.replace(apart, (run) => change(run.replace(gaps, '')));
  return [...new Set([text, withoutSeparators(text), joined((word) => word), joined((word) => word.replace(shortWord, '$& '))])];
}

/** Whether an entry stands in a text as whole words. */
function hasWords(text: string, entry: string): boolean {
  const pattern = entry.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`${notInWord.before}${pattern}${notInWord.after}`, 'u').test(text);
}

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

/** Whether an order can be taken now, as far as its words and its place say. */
@injectable()
export class OrderValidation {
  constructor(
    @inject(Availability) private readonly availability: Availability,
    @inject(CircuitBreaker) private readonly breaker: CircuitBreaker,
    @inject(Documents) private readonly documents: Documents,
    @inject(Messages) private readonly messages: Messages,
  ) {}

  /** @throws PortalError for whatever keeps this from being made now. */
  async require(access: AccessContext, order: ImageOrder & { readonly folderId?: string | undefined }): Promise<void> {
    this.availability.requireService(access);
    this.breaker.require(access);
    const { denyList, styles } = this.availability.settings.get(access.scope);
    const denied = deniedWord(order.description, denyList);
    if (denied) throw invalidInput({ description: this.messages.text('create.denied', { word: denied }, access.locale) });
    if (order.folderId) await this.documents.folderToAdd(access, order.folderId);
    if (order.style && !readStyles(styles).some(({ name }) => name === order.style)) {
      throw invalidInput({ style: this.messages.text('create.style-unknown', {}, access.locale) });
    }
    this.requireRoom(access, order, styles);
  }

  /** The words of a style are sent as well. @throws PortalError `invalid-input` (400) when both are too long together. */
  private requireRoom(access: AccessContext, { description, style }: ImageOrder, styles: readonly string[]): void {
    const { length } = styledPrompt(description, style ?? null, styles);
    const limit = this.availability.promptLimit;
    if (length <= limit) return;
    const key = style ? 'create.style-too-long' : 'create.description-too-long';
    throw invalidInput({ description: this.messages.text(key, { style: style ?? '', length, limit }, access.locale) });
  }
}
