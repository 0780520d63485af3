import type { Messages } from '@portico/core';

/** The module's words in the language of one reader. */
export type Words = (key: string, values?: Readonly<Record<string, string | number>>) => string;

export const wordsOf =
  (messages: Messages, locale: string): Words =>
  (key, values) =>
    messages.text(key, values, locale);

/** A span of time: "1 second", "20 seconds". */
export const secondsWords = (seconds: number, words: Words): string =>
  words(seconds === 1 ? 'state.second' : 'state.seconds', { seconds });
