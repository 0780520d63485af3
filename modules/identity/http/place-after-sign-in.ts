import { localPlace } from '@portico/core';

const pagesOfSigning = /^\/sign-(?:in|out)(?![\w-])/;

/** Where a person goes on to after signing in: a place of the portal that is not the sign-in itself. */
export function placeAfterSignIn(next: string | undefined): string {
  const place = localPlace(next);
  return place === undefined || pagesOfSigning.test(place) ? '/web/home' : place;
}
