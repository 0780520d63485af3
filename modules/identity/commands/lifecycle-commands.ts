import { type Command, type CommandCall, inject, injectable } from '@portico/core';
import { AccountRepository } from '../services/account-repository.js';
import { PeopleLifecycle } from '../services/people-lifecycle.js';
import { accountOf, email, yes } from './account-option.js';

/** Asks on a terminal; elsewhere it takes --yes: nothing brings an account back. */
async function confirmed(call: CommandCall, question: string): Promise<boolean> {
  if (call.options.yes === true || (await call.ask?.(question))) return true;
  call.warn(call.ask ? 'Nothing was changed.' : 'Nothing was changed: say --yes.');
  return false;
}

@injectable()
export class DeleteUser implements Command {
  readonly name = 'users delete';
  readonly summary = 'Delete a person: the account goes, what they made stays without their name.';
  readonly options = [email, yes];

  constructor(
    @inject(AccountRepository) private readonly accounts: AccountRepository,
    @inject(PeopleLifecycle) private readonly lifecycle: PeopleLifecycle,
  ) {}

  async run(call: CommandCall): Promise<number> {
    const account = accountOf(this.accounts, call);
    for (const { label, count } of await this.lifecycle.belongingsOf(account)) call.print(`${label}: ${count}`);
    if (!(await confirmed(call, `Delete ${account.name} (${account.email})?`))) return 1;
    await this.lifecycle.delete(account);
    call.print(`${account.email} is deleted.`);
    return 0;
  }
}

@injectable()
export class MergeUsers implements Command {
  readonly name = 'users merge';
  readonly summary = 'Merge two accounts: what belongs to the second goes to the first, and the second is deleted.';
  readonly options = [
    email,
    { name: 'with', value: 'address', description: 'Email address of the account that goes.', required: true },
    yes,
  ];

  constructor(
    @inject(AccountRepository) private readonly accounts: AccountRepository,
    @inject(PeopleLifecycle) private readonly lifecycle: PeopleLifecycle,
  ) {}

  async run(call: CommandCall): Promise<number> {
    const to = accountOf(this.accounts, call);
    const from = accountOf(this.accounts, { ...call, options: { email: call.options.with } });
    for (const { label, count } of await this.lifecycle.belongingsOf(from)) call.print(`${label}: ${count}`);
    if (!(await confirmed(call, `Give all of ${from.email} to ${to.email}, and delete ${from.email}?`))) return 1;
    await this.lifecycle.merge(from, to);
    call.print(`${from.email} is part of ${to.email} now.`);
    return 0;
  }
}

@injectable()
export class ExportUser implements Command {
  readonly name = 'users export';
  readonly summary = 'Print what the portal knows about a person, as JSON.';
  readonly options = [email, yes];

  constructor(
    @inject(AccountRepository) private readonly accounts: AccountRepository,
    @inject(PeopleLifecycle) private readonly lifecycle: PeopleLifecycle,
  ) {}

  async run(call: CommandCall): Promise<void> {
    let line = '';
    for await (const piece of await this.lifecycle.export(accountOf(this.accounts, call))) {
      const lines = `${line}${piece}`.split('\n');
      line = lines.pop() ?? '';
      for (const each of lines) call.print(each);
    }
    if (line !== '') call.print(line);
  }
}
