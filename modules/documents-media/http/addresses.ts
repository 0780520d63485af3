type Query = Readonly<Record<string, string | undefined>>;

/** A place with a query, in which other values take the place of some; empty values are left out. A page of a list has many links. */
export function withQuery(place: string, query: Query, change: Query = unchanged): string {
  let parameters = '';
  for (const name in query) parameters = withParameter(parameters, name, name in change ? change[name] : query[name]);
  for (const name in change) if (!(name in query)) parameters = withParameter(parameters, name, change[name]);
  return place + parameters;
}

const unchanged: Query = Object.freeze({});

function withParameter(parameters: string, name: string, value: string | undefined): string {
  if (!value) return parameters;
  // Most values are written as they are.
  const written = plain.test(value) ? `${name}=${value}` : new URLSearchParams([[name, value]]).toString();
  return `${parameters}${parameters === '' ? '?' : '&'}${written}`;
}

/** What forms send as it is. */
const plain = /^[\w*.-]+$/;

export function listAddress(folderId: string | undefined, added: readonly string[] = []): string {
  return withQuery('~/documents-media', { folder: folderId, added: added.join(',') });
}

export const documentAddress = (id: string): string => `~/documents-media/documents/${id}`;
export const folderAddress = (id: string): string => `~/documents-media/folders/${id}`;
