/** The place of an entry in a list: enough to go on from it even when it is gone. */
export interface ListCursor {
  readonly kind: 'folder' | 'document';
  readonly id: string;
  readonly nameKey: string;
}

export function writeCursor(kind: ListCursor['kind'], entry: { readonly id: string; readonly nameKey: string }): string {
  return `${kind === 'folder' ? 'f' : 'd'}~${entry.id}~${entry.nameKey}`;
}

/** Undefined for what is no cursor: the list then starts at its beginning. */
export function parseCursor(text: string | undefined): ListCursor | undefined {
  const match = text === undefined ? null : /^([fd])~([0-9a-f-]{36})~(.*)$/s.exec(text);
  if (!match) return undefined;
  const [, kind, id = '', nameKey = ''] = match;
  return { kind: kind === 'f' ? 'folder' : 'document', id, nameKey };
}
