const nowhere = 'http://portico.invalid';

/** The path a person goes on to, when it lies in the portal; anything else leads to the front page. */
export function localPath(next: string | undefined, otherwise = '/web/home'): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: browsers drop some of them, and read `/\t/host` as another host.
  if (next === undefined || !/^\/(?![/\\])/.test(next) || /[\u0000-\u0020\\]/.test(next)) return otherwise;
  if (!URL.canParse(next, nowhere)) return otherwise;
  const { origin, pathname, search } = new URL(next, nowhere);
  const isLoop = pathname === '/sign-in' || pathname.startsWith('/sign-in/') || pathname === '/sign-out';
  return origin !== nowhere || pathname.startsWith('//') || isLoop ? otherwise : pathname + search;
}
