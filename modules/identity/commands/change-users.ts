import { text } from 'node:stream/consumers';
import {
  type Command,
  type CommandCall,
  type CommandOption,
  inject,
  injectable,
  optional,
  PortalError,
  type RoleName,
  type ServiceHandle,
  SiteDirectory,
} from '@portico/core';
import type { Account } from '../api/index.js';
import { AccountBook } from '../services/account-book.js';
import { Passwords } from '../services/passwords.js';

const email: CommandOption = { name: 'email', value: 'address', description: 'Email address of the person.', required: true };

function accountOf(accounts: AccountBook, call: CommandCall): Account {
  const address = String(call.options.email);
  const account = accounts.byEmail(address);
  if (!account) throw new PortalError('person-unknown', `Nobody has the email address ${address}.`, { status: 404 });
  return account;
}

/** Granting and revoking differ in one word. */
abstract class ChangeRole implements Command {
  abstract readonly name: string;
  abstract readonly summary: string;
  readonly options = [
    email,
    {
      name: 'role',
      value: 'role',
      description: 'Administrator or Operator; with --site: Site Administrator, Author or Member.',
      required: true,
    },
    { name: 'site', value: 'address', description: 'Friendly address of the site.' },
  ];

  constructor(
    protected readonly accounts: AccountBook,
    private readonly sites: ServiceHandle<SiteDirectory>,
  ) {}

  async run(call: CommandCall): Promise<void> {
    const account = accountOf(this.accounts, call);
    const { role, site } = call.options;
    const found = typeof site === 'string' ? this.sites.get()?.byAddress(site) : undefined;
    if (typeof site === 'string' && !found) {
      throw new PortalError('site-unknown', `There is no site with the address ${site}.`, { status: 404 });
    }
    await this.change(account.id, role as RoleName, found?.id);
    call.print(`${account.email}: ${this.done} ${role}${found ? ` in ${found.address}` : ''}.`);
  }

  protected abstract readonly done: string;
  protected abstract change(personId: string, role: RoleName, siteId: string | undefined): Promise<void>;
}

@injectable()
export class GrantRole extends ChangeRole {
  readonly name = 'users grant';
  readonly summary = 'Grant a role, on the instance or in a site.';
  protected readonly done = 'is now';

  constructor(@inject(AccountBook) accounts: AccountBook, @inject(optional(SiteDirectory)) sites: ServiceHandle<SiteDirectory>) {
    super(accounts, sites);
  }

  protected change(personId: string, role: RoleName, siteId: string | undefined): Promise<void> {
    return this.accounts.grant(personId, role, siteId);
  }
}

@injectable()
export class RevokeRole extends ChangeRole {
  readonly name = 'users revoke';
  readonly summary = 'Take a role away, on the instance or in a site.';
  protected readonly done = 'is no longer';

  constructor(@inject(AccountBook) accounts: AccountBook, @inject(optional(SiteDirectory)) sites: ServiceHandle<SiteDirectory>) {
    super(accounts, sites);
  }

  protected change(personId: string, role: RoleName, siteId: string | undefined): Promise<void> {
    return this.accounts.revoke(personId, role, siteId);
  }
}

@injectable()
export class DisableUser implements Command {
  readonly name = 'users disable';
  readonly summary = 'Disable an account and end its sessions at once.';
  readonly options = [email];

  constructor(@inject(AccountBook) private readonly accounts: AccountBook) {}

  async run(call: CommandCall): Promise<void> {
    const account = accountOf(this.accounts, call);
    await this.accounts.setActive(account.id, false);
    call.print(`${account.email} is disabled.`);
  }
}

@injectable()
export class EnableUser implements Command {
  readonly name = 'users enable';
  readonly summary = 'Enable a disabled account.';
  readonly options = [email];

  constructor(@inject(AccountBook) private readonly accounts: AccountBook) {}

  async run(call: CommandCall): Promise<void> {
    const account = accountOf(this.accounts, call);
    await this.accounts.setActive(account.id, true);
    call.print(`${account.email} is enabled.`);
  }
}

@injectable()
export class SetUserPassword implements Command {
  readonly name = 'users set-password';
  readonly summary = 'Set a password: read from standard input, or made for one sign-in and printed once.';
  readonly options = [email];

  constructor(@inject(AccountBook) private readonly accounts: AccountBook) {}

  async run(call: CommandCall): Promise<void> {
    const account = accountOf(this.accounts, call);
    const typed = (await text(call.stdin)).replace(/\r?\n$/, '');
    const password = typed || Passwords.generate();
    await this.accounts.setPassword(account.id, password, { mustChangePassword: typed === '' });
    call.print(`${account.email} has a new password and is signed out everywhere.`);
    if (typed === '') call.print(`One-time password: ${password}`);
  }
}
