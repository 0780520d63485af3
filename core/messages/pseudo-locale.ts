import { type MessageFormatElement, TYPE } from '../libraries/text.js';
import type { ParsedMessage } from './message-format.js';

/**
 * Languages that nobody speaks, made of the English words: `en-XA` with accents, longer, in brackets, so that a word that is no message and a sentence that
 * does not fit are seen; `ar-XB` the same from right to left.
 */
export const pseudoLocales: readonly string[] = Object.freeze(['en-XA', 'ar-XB']);

const plain = 'abcdefghijklmnoprstuwyzACDEGHIJKLNORSTUWYZ';
const accented = 'áƀćďéƒǵĥíĵķĺḿńóṕŕśťúŵýźÁĆĎÉǴĤÍĴĶĹŃÓŔŚŤÚŴÝŹ';
const letters: ReadonlyMap<string, string> = new Map([...plain].map((letter, index) => [letter, [...accented][index] ?? letter]));

/** German and Finnish are about a third longer than English; short words more. */
const filling = ' one two three four five six seven eight nine ten eleven twelve';

/** Adds one to the languages of a folder, made of the words of another. */
export function addPseudo<T extends { readonly locale: string; readonly messages: ReadonlyMap<string, ParsedMessage> }>(
  locales: Map<string, T>,
  locale: string,
  original: string,
): void {
  const translation = locales.get(original);
  if (!translation) return;
  const messages = new Map([...translation.messages].map(([key, message]) => [key, pseudoMessage(message)]));
  locales.set(locale, { ...translation, locale, messages });
}

export function pseudoText(text: string): string {
  return text === '' ? '' : `[${disguised(text)}${longer(text.length)}]`;
}

function pseudoMessage(message: ParsedMessage): ParsedMessage {
  if (typeof message === 'string') return pseudoText(message);
  const length = message.elements.reduce((sum, element) => sum + (element.type === TYPE.literal ? element.value.length : 8), 0);
  return {
    ...message,
    elements: [literal('['), ...message.elements.map(disguisedElement), literal(`${longer(length)}]`)],
  };
}

const literal = (value: string): MessageFormatElement => ({ type: TYPE.literal, value });
const longer = (length: number): string =>
  disguised(filling.slice(0, Math.min(filling.length, Math.ceil(length * 0.35))).trimEnd());
const disguised = (text: string): string => [...text].map((sign) => letters.get(sign) ?? sign).join('');

function disguisedElement(element: MessageFormatElement): MessageFormatElement {
  if (element.type === TYPE.literal) return { ...element, value: disguised(element.value) };
  if (element.type !== TYPE.plural && element.type !== TYPE.select) return element;
  const options = Object.fromEntries(
    Object.entries(element.options).map(([name, option]) => [name, { ...option, value: option.value.map(disguisedElement) }]),
  );
  return { ...element, options } as MessageFormatElement;
}
