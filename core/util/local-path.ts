/**
 * The place when it is one of this portal (a path with query and fragment, as a browser would understand it), undefined otherwise.
 * Whatever a request says about where to go next passes through here: `//elsewhere`, `/\elsewhere` and `https:` do not come back.
 */
export function localAddress(place: string | undefined): string | undefined {
  if (!place || !/^\/(?![/\\])[^\\\p{Cc}\s]*$/u.test(place) || place.length > 2000) return undefined;
  const base = 'http://portal.invalid';
  if (!URL.canParse(place, base)) return undefined;
  const url = new URL(place, base);
  const local = url.pathname + url.search + url.hash;
  return url.origin === base && !local.startsWith('//') ? local : undefined;
}
