import {
  type AccessContext,
  AccessContexts,
  inject,
  injectable,
  Messages,
  optional,
  type Person,
  PortalError,
  type ServiceHandle,
  type Site,
  SiteDirectory,
} from '@portico/core';
import { People } from '@portico/identity/api';
import { manageInstance, manageSite } from '../services/access.js';

/** The option of commands that administer: without it the portal itself is at work, which may do everything. */
export const asOption = { name: 'as', value: 'email', description: 'Who does it; the portal itself when left out.' } as const;

/** Whoever administers from a terminal, with the permissions of the screens. */
@injectable()
export class Operator {
  constructor(
    @inject(SiteDirectory) private readonly sites: SiteDirectory,
    @inject(AccessContexts) private readonly contexts: AccessContexts,
    @inject(optional(People)) private readonly people: ServiceHandle<People>,
    @inject(Messages) private readonly messages: Messages,
  ) {}

  /** For the whole instance. @throws PortalError `not-found` (404) for a person nobody knows, `forbidden` (403) for one who may not. */
  person(email: unknown): { readonly person: Person; readonly locale: string } {
    const { person, locale } = this.access(email);
    if (!person) throw new PortalError('sign-in-required', 'Nobody is at work.', { status: 401 });
    return { person, locale };
  }

  /** At a site when an address is given, else for the whole instance. */
  access(email: unknown, address?: unknown): AccessContext {
    const access = this.as(email, address === undefined ? undefined : this.site(String(address)));
    if (access.can(access.site ? manageSite : manageInstance)) return access;
    throw new PortalError('forbidden', this.messages.text('command.may-not', { person: access.person?.name ?? '' }), {
      status: 403,
    });
  }

  private site(address: string): Site {
    const site = this.sites.byAddress(address);
    if (!site) throw this.missing('command.unknown-site', { site: address });
    return site;
  }

  private as(email: unknown, site: Site | undefined): AccessContext {
    if (email === undefined) return this.contexts.system(site);
    const people = this.people.get();
    if (!people) throw this.missing('command.people-missing', {});
    const account = people.byEmail(String(email));
    if (!account) throw this.missing('command.unknown-person', { person: String(email) });
    return this.contexts.for(account, site);
  }

  private missing(key: string, values: Readonly<Record<string, string>>): PortalError {
    return new PortalError('not-found', this.messages.text(key, values), { status: 404 });
  }
}
