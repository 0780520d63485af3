import { localAddress } from '@portico/core/util';

const pagesOfSigning = /^\/sign-(?:in|out)(?![\w-])/;

/** Where a person goes on to after signing in: a place of the portal that is not the sign-in itself. */
export function addressAfterSignIn(next: string | undefined): string {
  const place = localAddress(next);
  return place === undefined || pagesOfSigning.test(place) ? '/web/home' : place;
}
