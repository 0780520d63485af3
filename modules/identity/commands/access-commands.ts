import { type Command, type CommandCall, inject, injectable, PortalError } from '@portico/core';
import type { Account } from '../api/index.js';
import { AccountRepository } from '../services/account-repository.js';
import { PersonAccess } from '../services/person-access.js';
import { accountOf, byCommand, email, json, printRows } from './account-option.js';

const person = { ...email, required: false };
const id = { name: 'id', value: 'id', description: 'Id, as the list shows it.' };
const time = (millis: number): string => new Date(millis).toISOString();

/** The person that a command names, or all who come into question. */
function chosen(accounts: AccountRepository, call: CommandCall, all: readonly Account[]): readonly Account[] {
  return call.options.email === undefined ? all : [accountOf(accounts, call)];
}

@injectable()
export class ListSessions implements Command {
  readonly name = 'sessions list';
  readonly summary = 'List the sessions of a person, or of everybody.';
  readonly whenEmpty = 'There are none.';
  readonly options = [person, json];

  constructor(
    @inject(AccountRepository) private readonly accounts: AccountRepository,
    @inject(PersonAccess) private readonly ways: PersonAccess,
  ) {}

  run(call: CommandCall): Promise<void> {
    const rows = chosen(this.accounts, call, this.ways.withSessions()).flatMap((account) =>
      this.ways.sessionsOf(account).map(({ isCurrent: _, createdAt, lastUsedAt, ...rest }) => ({
        email: account.email,
        ...rest,
        createdAt: time(createdAt),
        lastUsedAt: time(lastUsedAt),
      })),
    );
    return printRows(call, rows, ({ email, id, browser, system, address, lastUsedAt }) => {
      const where = [browser, system].filter(Boolean).join(', ') || 'unknown browser';
      return `${email}  ${id}  ${where}  ${address}  last seen ${lastUsedAt}`;
    });
  }
}

@injectable()
export class EndSessions implements Command {
  readonly name = 'sessions end';
  readonly summary = 'End the sessions of a person, one of them, or those of everybody.';
  readonly options = [{ ...email, required: false }, id, { name: 'everybody', description: 'The sessions of all people.' }];

  constructor(
    @inject(AccountRepository) private readonly accounts: AccountRepository,
    @inject(PersonAccess) private readonly ways: PersonAccess,
  ) {}

  async run(call: CommandCall): Promise<void> {
    const { email, id, everybody } = call.options;
    if ((email === undefined) === !everybody)
      throw new PortalError('who-missing', 'Say whose sessions: --email with an address, or --everybody.', { status: 400 });
    if (everybody) {
      const people = await this.ways.endEverybodys(byCommand);
      return call.print(`The sessions of ${people} people are ended.`);
    }
    const account = accountOf(this.accounts, call);
    if (typeof id === 'string') {
      await this.ways.endSession(account, id, byCommand);
      return call.print('The session is ended.');
    }
    call.print(`${await this.ways.endSessions(account, byCommand)} sessions of ${account.email} are ended.`);
  }
}

@injectable()
export class RemoveSecondFactors implements Command {
  readonly name = 'users remove-second-factors';
  readonly summary = 'Remove the authenticator app, passkeys and recovery codes of a person, who is signed out everywhere.';
  readonly options = [email];

  constructor(
    @inject(AccountRepository) private readonly accounts: AccountRepository,
    @inject(PersonAccess) private readonly ways: PersonAccess,
  ) {}

  async run(call: CommandCall): Promise<void> {
    const account = accountOf(this.accounts, call);
    const removed = await this.ways.removeFactors(account, byCommand);
    call.print(removed ? `The second factors of ${account.email} are removed.` : `${account.email} has no second factor.`);
  }
}
