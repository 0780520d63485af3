import type { Messages, MessageValues } from '@portico/core';

/** The module's words in the language of one reader. */
export type Words = (key: string, values?: MessageValues) => string;

export const wordsOf =
  (messages: Messages, locale: string): Words =>
  (key, values) =>
    messages.text(key, values, locale);

/** A span of time: "1 second", "20 seconds". */
export const secondsWords = (seconds: number, words: Words): string => words('state.seconds', { seconds });
