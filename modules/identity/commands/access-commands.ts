import { type Command, type CommandCall, inject, injectable, PortalError } from '@portico/core';
import type { Account } from '../api/index.js';
import { AccountRepository } from '../services/account-repository.js';
import { type Ending, PersonAccess } from '../services/person-access.js';
import { accountOf, email } from './account-option.js';

const ending: Ending = { by: { id: 'system', name: 'Portico' }, via: 'command' };
const json = { name: 'json', description: 'Print JSON.' };
const id = { name: 'id', value: 'id', description: 'Id, as the list shows it.' };
const time = (millis: number): string => new Date(millis).toISOString();

@injectable()
export class ListSessions implements Command {
  readonly name = 'sessions list';
  readonly summary = 'List the sessions of a person.';
  readonly whenEmpty = 'There are none.';
  readonly options = [email, json];

  constructor(
    @inject(AccountRepository) private readonly accounts: AccountRepository,
    @inject(PersonAccess) private readonly ways: PersonAccess,
  ) {}

  async run(call: CommandCall): Promise<void> {
    const { sessions } = await this.ways.of(accountOf(this.accounts, call).id);
    const rows = sessions.map(({ isCurrent: _, createdAt, lastUsedAt, ...rest }) => ({
      ...rest,
      createdAt: time(createdAt),
      lastUsedAt: time(lastUsedAt),
    }));
    if (call.options.json) return call.print(JSON.stringify(rows, undefined, 2));
    for (const { id, browser, system, address, lastUsedAt } of rows)
      call.print(
        `${id}  ${[browser, system].filter(Boolean).join(', ') || 'unknown browser'}  ${address}  last seen ${lastUsedAt}`,
      );
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
      const people = await this.ways.endEverybodys(ending);
      return call.print(`The sessions of ${people} people are ended.`);
    }
    const account = accountOf(this.accounts, call);
    if (typeof id === 'string') {
      await this.ways.endSession(account, id, ending);
      return call.print('The session is ended.');
    }
    call.print(`${await this.ways.endSessions(account, ending)} sessions of ${account.email} are ended.`);
  }
}

@injectable()
export class ListTokens implements Command {
  readonly name = 'tokens list';
  readonly summary = 'List the API tokens of a person, never the tokens themselves.';
  readonly whenEmpty = 'There are none.';
  readonly options = [email, json];

  constructor(
    @inject(AccountRepository) private readonly accounts: AccountRepository,
    @inject(PersonAccess) private readonly ways: PersonAccess,
  ) {}

  async run(call: CommandCall): Promise<void> {
    const { tokens } = await this.ways.of(accountOf(this.accounts, call).id);
    const rows = tokens.map(({ createdAt, expiresAt, lastUsedAt, ...rest }) => ({
      ...rest,
      createdAt: time(createdAt),
      expiresAt: time(expiresAt),
      ...(lastUsedAt === undefined ? {} : { lastUsedAt: time(lastUsedAt) }),
    }));
    if (call.options.json) return call.print(JSON.stringify(rows, undefined, 2));
    for (const { id, name, expiresAt, scopes } of rows) call.print(`${id}  ${name}  expires ${expiresAt}  ${scopes.join(', ')}`);
  }
}

@injectable()
export class RevokeTokens implements Command {
  readonly name = 'tokens revoke';
  readonly summary = 'Revoke the API tokens of a person, or one of them.';
  readonly options = [email, id];

  constructor(
    @inject(AccountRepository) private readonly accounts: AccountRepository,
    @inject(PersonAccess) private readonly ways: PersonAccess,
  ) {}

  async run(call: CommandCall): Promise<void> {
    const account: Account = accountOf(this.accounts, call);
    const { id } = call.options;
    const ids = typeof id === 'string' ? [id] : (await this.ways.of(account.id)).tokens.map((token) => token.id);
    for (const each of ids) await this.ways.revokeToken(account, each, ending);
    call.print(`${ids.length} API tokens of ${account.email} are revoked.`);
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
    const removed = await this.ways.removeFactors(account, ending);
    call.print(removed ? `The second factors of ${account.email} are removed.` : `${account.email} has no second factor.`);
  }
}
