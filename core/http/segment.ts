const api = 'api/';

/** Whether a path is another one or lies below it, segment by segment. */
export function isUnder(path: string, above: string): boolean {
  return path === above || path.startsWith(`${above}/`);
}

/**
 * What of a path decides whose it is: its first segment, or the second one under `/api`, which all modules share.
 * `/notes/1` is `notes`, `/api/notes/1` is `api/notes`.
 */
export function segmentOf(path: string): string {
  const end = path.startsWith(`/${api}`) ? path.indexOf('/', api.length + 1) : path.indexOf('/', 1);
  return end < 0 ? path.slice(1) : path.slice(1, end);
}
