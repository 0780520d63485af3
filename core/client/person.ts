/** Who is signed in, as a key for what is kept in the browser; empty for guests. */
export function personKey(): string {
  return document.querySelector<HTMLMetaElement>('meta[name="portico-person"]')?.content ?? '';
}
