import type { Messages, MessageValues } from '@portico/core';

/** The module's words in the language of one reader. */
export type Translate = (key: string, values?: MessageValues) => string;

export const translator =
  (messages: Messages, locale: string): Translate =>
  (key, values) =>
    messages.text(key, values, locale);

const spans = [
  ['days', 86_400],
  ['hours', 3600],
  ['minutes', 60],
] as const;

/** A span of time in the unit that people count it in, which is one of which there are two at least: "1 second", "90 seconds", "15 minutes", "24 hours". */
export function formatSeconds(seconds: number, translate: Translate, round = Math.floor): string {
  const [unit, length] = spans.find(([, each]) => seconds >= 2 * each) ?? ['seconds', 1];
  return translate(`state.${unit}`, { [unit]: round(seconds / length) });
}

/** How long to wait: never nothing, and never too short. */
export const formatWait = (seconds: number, translate: Translate): string =>
  formatSeconds(Math.max(1, seconds), translate, Math.ceil);
