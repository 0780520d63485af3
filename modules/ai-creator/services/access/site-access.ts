import {
  type AccessContext,
  AccessContexts,
  inject,
  injectable,
  Messages,
  optional,
  PortalError,
  type ServiceHandle,
  type Site,
  SiteDirectory,
} from '@portico/core';
import { People } from '@portico/identity/api';

/** Finds who asks and where, from the words of a command line. */
@injectable()
export class SiteAccess {
  constructor(
    @inject(SiteDirectory) private readonly sites: SiteDirectory,
    @inject(AccessContexts) private readonly contexts: AccessContexts,
    @inject(optional(People)) private readonly people: ServiceHandle<People>,
    @inject(Messages) private readonly messages: Messages,
  ) {}

  /** @param email the portal itself when left out. @throws PortalError `not-found` (404). */
  find(address: unknown, email?: unknown): AccessContext {
    return this.as(this.site(address), email);
  }

  site(address: unknown): Site {
    const site = this.sites.byAddress(String(address));
    if (!site) throw this.missing('command.unknown-site', { site: String(address) });
    return site;
  }

  as(site: Site | undefined, email: unknown): AccessContext {
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
