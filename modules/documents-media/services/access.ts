import { type AccessContext, notFound, PortalError, type Site } from '@portico/core';
import { scopeRefusal } from '@portico/core/util';
import { DocumentPermissions } from '../api/documents.js';

/**
 * The site of the request, when the person holds the permission there. Who may not even look cannot tell whether something exists.
 * @param what was asked for, as its reader would call it.
 * @throws PortalError `not-found` (404), `forbidden` (403), `insufficient-scope` (403).
 */
export function siteFor(access: AccessContext, permission: string, what: 'document' | 'folder' = 'document'): Site {
  const { site } = access;
  if (!site) throw notFound(what);
  if (access.can(permission)) return site;
  const refusal = scopeRefusal(access, permission);
  if (refusal) throw refusal;
  if (!access.can(DocumentPermissions.view)) throw notFound(what);
  throw new PortalError('forbidden', 'You may not change documents of this site. Ask its administrator for the role Author.', {
    status: 403,
  });
}

/** Who may look at single documents, because articles show them, and not open Documents and Media: a guest, for one. */
export function isReader(access: AccessContext): boolean {
  return !access.can(DocumentPermissions.open);
}

/** Who is written down as the author. */
export function ownerOf(access: AccessContext): string {
  return access.person?.id ?? 'guest';
}
