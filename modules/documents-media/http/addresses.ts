/** A place with a query; empty values are left out. */
export function withQuery(place: string, query: Readonly<Record<string, string | undefined>>): string {
  const entries = Object.entries(query).filter((entry): entry is [string, string] => Boolean(entry[1]));
  return entries.length === 0 ? place : `${place}?${new URLSearchParams(entries)}`;
}

export function listPlace(folderId: string | undefined, added: readonly string[] = []): string {
  return withQuery('~/documents-media', { folder: folderId, added: added.join(',') });
}

export const documentPlace = (id: string): string => `~/documents-media/documents/${id}`;
export const folderPlace = (id: string): string => `~/documents-media/folders/${id}`;
