import { AccessContexts, type Command, type CommandCall, inject, injectable } from '@portico/core';
import { AccountRepository } from '../services/account-repository.js';
import type { RoleInPlace } from '../services/rights.js';
import { accountOf, email, placeOf, roleInPlace } from './account-option.js';

/** Granting and revoking differ in one word. */
abstract class ChangeRole implements Command {
  abstract readonly name: string;
  abstract readonly summary: string;
  readonly options = [email, ...roleInPlace];

  constructor(
    protected readonly accounts: AccountRepository,
    private readonly contexts: AccessContexts,
  ) {}

  async run(call: CommandCall): Promise<void> {
    const account = accountOf(this.accounts, call);
    const { place, text } = placeOf(this.contexts, call);
    await this.change(account.id, place);
    call.print(`${account.email}: ${this.done} ${text}.`);
  }

  protected abstract readonly done: string;
  protected abstract change(personId: string, place: RoleInPlace): Promise<void>;
}

@injectable()
export class GrantRole extends ChangeRole {
  readonly name = 'users grant';
  readonly summary = 'Grant a role, on the instance or in a site.';
  protected readonly done = 'is now';

  constructor(@inject(AccountRepository) accounts: AccountRepository, @inject(AccessContexts) contexts: AccessContexts) {
    super(accounts, contexts);
  }

  protected change(personId: string, { role, siteId }: RoleInPlace): Promise<void> {
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

  protected change(personId: string, { role, siteId }: RoleInPlace): Promise<void> {
    return this.accounts.revoke(personId, role, siteId);
  }
}
