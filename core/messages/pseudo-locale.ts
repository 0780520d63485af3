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

/** What a language says for each key. */
export type Words = Pick<ReadonlyMap<string, ParsedMessage>, 'get' | 'has' | 'keys'>;

/** Adds one to the languages of a folder, made of the words of another. */
export function addPseudo<T extends { readonly locale: string; readonly messages: Words }>(
  locales: Map<string, T>,
  locale: string,
  original: string,
): void {
  const translation = locales.get(original);
  if (!translation) return;
  locales.set(locale, { ...translation, locale, messages: pseudoWords(translation.messages) });
}

/** Each is made when somebody asks for it: nearly no start is followed by anybody who does. */
function pseudoWords(words: Words): Words {
  const made = new Map<string, ParsedMessage>();
  return {
    get(key) {
      const known = made.get(key);
      if (known !== undefined) return known;
      const message = words.get(key);
      if (message === undefined) return undefined;
      const pseudo = pseudoMessage(message);
      made.set(key, pseudo);
      return pseudo;
    },
    has: (key) => words.has(key),
    keys: () => words.keys(),
  };
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
