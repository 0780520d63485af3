import type { Messages, MessageValues } from '@portico/core';

/** The module's words in the language of one reader. */
export type Translate = (key: string, values?: MessageValues) => string;

export const translator =
  (messages: Messages, locale: string): Translate =>
  (key, values) =>
    messages.text(key, values, locale);

/** A span of time: "1 second", "20 seconds". */
export const formatSeconds = (seconds: number, translate: Translate): string => translate('state.seconds', { seconds });
