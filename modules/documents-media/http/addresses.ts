/** A place with a query; empty values are left out. */
export function withQuery(place: string, query: Readonly<Record<string, string | undefined>>): string {
  let parameters = '';
  for (const name in query) {
    const value = query[name];
    if (!value) continue;
    // A page of a list has many links, and most of their values are written as they are.
    const written = plain.test(value) ? `${name}=${value}` : new URLSearchParams([[name, value]]).toString();
    parameters += `${parameters === '' ? '?' : '&'}${written}`;
  }
  return place + parameters;
}

/** What forms send as it is. */
const plain = /^[\w*.-]+$/;

export function listAddress(folderId: string | undefined, added: readonly string[] = []): string {
  return withQuery('~/documents-media', { folder: folderId, added: added.join(',') });
}

export const documentAddress = (id: string): string => `~/documents-media/documents/${id}`;
export const folderAddress = (id: string): string => `~/documents-media/folders/${id}`;
