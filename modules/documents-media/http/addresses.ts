/** A place with a query; empty values are left out. */
export function withQuery(place: string, query: Readonly<Record<string, string | undefined>>): string {
  let parameters: URLSearchParams | undefined;
  for (const name in query) {
    const value = query[name];
    if (!value) continue;
    parameters ??= new URLSearchParams();
    parameters.append(name, value);
  }
  return parameters ? `${place}?${parameters}` : place;
}

export function listAddress(folderId: string | undefined, added: readonly string[] = []): string {
  return withQuery('~/documents-media', { folder: folderId, added: added.join(',') });
}

export const documentAddress = (id: string): string => `~/documents-media/documents/${id}`;
export const folderAddress = (id: string): string => `~/documents-media/folders/${id}`;
