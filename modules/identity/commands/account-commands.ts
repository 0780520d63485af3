import { text } from 'node:stream/consumers';
import { type Command, type CommandCall, inject, injectable } from '@portico/core';
import type { Account } from '../api/index.js';
import { AccountRepository } from '../services/account-repository.js';
import { Passwords } from '../services/passwords.js';
import { accountOf, email } from './account-option.js';

/** A command about one account. */
abstract class AccountCommand implements Command {
  abstract readonly name: string;
  abstract readonly summary: string;
  readonly options = [email];

  constructor(protected readonly accounts: AccountRepository) {}

  run(call: CommandCall): Promise<void> {
    return this.change(accountOf(this.accounts, call), call);
  }

  protected abstract change(account: Account, call: CommandCall): Promise<void>;
}

@injectable()
export class DisableUser extends AccountCommand {
  readonly name = 'users disable';
  readonly summary = 'Disable an account and end its sessions at once.';

  constructor(@inject(AccountRepository) accounts: AccountRepository) {
    super(accounts);
  }

  protected async change(account: Account, call: CommandCall): Promise<void> {
    await this.accounts.setActive(account.id, false);
    call.print(`${account.email} is disabled.`);
  }
}

@injectable()
export class EnableUser extends AccountCommand {
  readonly name = 'users enable';
  readonly summary = 'Enable a disabled account.';

  constructor(@inject(AccountRepository) accounts: AccountRepository) {
    super(accounts);
  }

  protected async change(account: Account, call: CommandCall): Promise<void> {
    await this.accounts.setActive(account.id, true);
    call.print(`${account.email} is enabled.`);
  }
}

@injectable()
export class SetUserPassword extends AccountCommand {
  readonly name = 'users set-password';
  readonly summary = 'Set a password: read from standard input, or made for one sign-in and printed once.';

  constructor(@inject(AccountRepository) accounts: AccountRepository) {
    super(accounts);
  }

  protected async change(account: Account, call: CommandCall): Promise<void> {
    const typed = (await text(call.stdin)).replace(/\r?\n$/, '');
    const password = typed || Passwords.generate();
    await this.accounts.setPassword(account.id, password, { mustChangePassword: typed === '' });
    call.print(`${account.email} has a new password and is signed out everywhere.`);
    if (typed === '') call.print(`One-time password: ${password}`);
  }
}
