import { type AccessContext, inject, injectable, Messages, type Person, PortalError } from '@portico/core';
import { manageInstance, manageSite } from '../http/admin-tabs.js';
import { SiteAccess } from '../services/access/site-access.js';

/** The option of commands that administer: without it the portal itself is at work, which may do everything. */
export const asOption = { name: 'as', value: 'email', description: 'Who does it; the portal itself when left out.' } as const;

/** Whoever administers from a terminal, with the permissions of the screens. */
@injectable()
export class Operator {
  constructor(
    @inject(SiteAccess) private readonly siteAccess: SiteAccess,
    @inject(Messages) private readonly words: Messages,
  ) {}

  /** For the whole instance. @throws PortalError `not-found` (404) for a person nobody knows, `forbidden` (403) for one who may not. */
  person(email: unknown): { readonly person: Person; readonly locale: string } {
    const { person, locale } = this.access(email);
    if (!person) throw new PortalError('sign-in-required', 'Nobody is at work.', { status: 401 });
    return { person, locale };
  }

  /** At a site when an address is given, else for the whole instance. */
  access(email: unknown, address?: unknown): AccessContext {
    const access = this.siteAccess.as(address === undefined ? undefined : this.siteAccess.site(address), email);
    if (access.can(access.site ? manageSite : manageInstance)) return access;
    throw new PortalError('forbidden', this.words.text('command.may-not', { person: access.person?.name ?? '' }), {
      status: 403,
    });
  }
}
