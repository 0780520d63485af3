import { AccessContexts, type Command, type CommandCall, inject, injectable, type RoleName } from '@portico/core';

import { AccountRepository } from '../services/account-repository.js';
import { accountOf, email, roleHelp } from './account-option.js';

/** Granting and revoking differ in one word. */
abstract class ChangeRole implements Command {
  abstract readonly name: string;
  abstract readonly summary: string;
  readonly options = [
    email,
    { name: 'role', value: 'role', description: roleHelp, required: true },
    { name: 'site', value: 'address', description: 'Friendly address of the site.' },
  ];

  constructor(
    protected readonly accounts: AccountRepository,
    private readonly contexts: AccessContexts,
  ) {}

  async run(call: CommandCall): Promise<void> {
    const account = accountOf(this.accounts, call);
    const { role, site } = call.options;
    const { site: found } = this.contexts.named({ site });
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

  constructor(@inject(AccountRepository) accounts: AccountRepository, @inject(AccessContexts) contexts: AccessContexts) {
    super(accounts, contexts);
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

  constructor(@inject(AccountRepository) accounts: AccountRepository, @inject(AccessContexts) contexts: AccessContexts) {
    super(accounts, contexts);
  }

  protected change(personId: string, role: RoleName, siteId: string | undefined): Promise<void> {
    return this.accounts.revoke(personId, role, siteId);
  }
}
