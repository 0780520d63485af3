import { text } from 'node:stream/consumers';
import {
  AccessContexts,
  type Command,
  type CommandCall,
  inject,
  injectable,
  optional,
  PortalError,
  type RoleName,
  type ServiceHandle,
  SiteDirectory,
} from '@portico/core';
import { AccountRecovery } from '../services/account-recovery.js';
import { AccountRepository } from '../services/account-repository.js';
import { Passwords } from '../services/passwords.js';
import { PeopleList } from '../services/people-list.js';
import { roleHelp, rolesText } from './account-option.js';

@injectable()
export class AddUser implements Command {
  readonly name = 'users add';
  readonly summary =
    'Add a person; the password is read from standard input, else an invitation is sent, or, without mail, a one-time password printed.';
  readonly options = [
    { name: 'email', value: 'address', description: 'Email address of the person.', required: true },
    { name: 'name', value: 'name', description: 'Name of the person.', required: true },
    { name: 'role', value: 'role', description: roleHelp },
    { name: 'site', value: 'address', description: 'Friendly address of the site in which the role is granted.' },
  ];

  constructor(
    @inject(AccountRepository) private readonly accounts: AccountRepository,
    @inject(AccountRecovery) private readonly recovery: AccountRecovery,
    @inject(AccessContexts) private readonly contexts: AccessContexts,
  ) {}

  async run(call: CommandCall): Promise<void> {
    const { email, name, role, site } = call.options;
    const siteId = this.contexts.named({ site }).site?.id;
    if (siteId !== undefined && role === undefined)
      throw new PortalError('role-missing', 'Say with --role what the person is in the site.', { status: 400 });
    const typed = (await text(call.stdin)).replace(/\r?\n$/, '');
    const password = typed || Passwords.generate();
    const account = await this.accounts.addWith(
      { email: String(email), name: String(name), password, mustChangePassword: typed === '' },
      typeof role === 'string' ? [{ role: role as RoleName, siteId }] : [],
    );
    call.print(`Added ${account.name} <${account.email}>.`);
    if (typed !== '') return;
    if (this.recovery.isPossible) {
      await this.recovery.send(account);
      call.print(`An invitation is on its way to ${account.email}.`);
    } else call.print(`One-time password: ${password}`);
  }
}

@injectable()
export class ListUsers implements Command {
  readonly name = 'users list';
  readonly summary = 'List people with their roles, by email address.';
  readonly whenEmpty = 'Nobody was found.';
  readonly options = [{ name: 'search', value: 'text', description: 'Part of an email address or a name.' }];

  constructor(
    @inject(PeopleList) private readonly list: PeopleList,
    @inject(optional(SiteDirectory)) private readonly sites: ServiceHandle<SiteDirectory>,
  ) {}

  async run(call: CommandCall): Promise<void> {
    const search = typeof call.options.search === 'string' ? call.options.search : undefined;
    let after: string | undefined;
    do {
      const { people, next } = await this.list.page({ search, after });
      for (const person of people) {
        call.print(`${person.email}  ${person.name}  ${rolesText(this.sites, person)}${person.active ? '' : '  (disabled)'}`);
      }
      after = next;
    } while (after !== undefined && !call.signal.aborted);
  }
}
