import {
  type AccessContext,
  AccessContexts,
  inject,
  injectable,
  Messages,
  type Person,
  PortalError,
  type TypedAccess,
} from '@portico/core';
import { UsagePermissions } from '../api/index.js';

/** The option of commands that administer: without it the portal itself is at work, which may do everything. */
export const asOption = { name: 'as', value: 'email', description: 'Who does it; the portal itself when left out.' } as const;

/** Whoever administers from a terminal, with the permissions of the screens. */
@injectable()
export class Operator {
  constructor(
    @inject(AccessContexts) private readonly contexts: AccessContexts,
    @inject(Messages) private readonly messages: Messages,
  ) {}

  /** For the whole instance. @throws PortalError `not-found` (404) for a person nobody knows, `forbidden` (403) for one who may not. */
  person(email: TypedAccess['person']): { readonly person: Person; readonly locale: string } {
    const { person, locale } = this.access(email);
    if (!person) throw new PortalError('sign-in-required', 'Nobody is at work.', { status: 401 });
    return { person, locale };
  }

  /** At a site when an address is given, else for the whole instance. */
  access(email: TypedAccess['person'], address?: TypedAccess['site']): AccessContext {
    const access = this.contexts.named({ person: email, site: address });
    if (access.can(access.site ? UsagePermissions.viewSite : UsagePermissions.manage)) return access;
    throw new PortalError('forbidden', this.messages.text('command.may-not', { person: access.person?.name ?? '' }), {
      status: 403,
    });
  }
}
