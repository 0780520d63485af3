export type Word =
  | 'close'
  | 'cancel'
  | 'confirm'
  | 'confirm-title'
  | 'loading'
  | 'retry'
  | 'dismiss'
  | 'open-failed'
  | 'send-failed'
  | 'sign-in';

let words: Partial<Record<Word, string>> | undefined;

/** A word of the portal in the language of the page; the layout brings them. */
export function word(name: Word): string {
  words ??= JSON.parse(document.querySelector<HTMLMetaElement>('meta[name="portico-words"]')?.content ?? '{}') as object;
  return words[name] ?? name;
}
