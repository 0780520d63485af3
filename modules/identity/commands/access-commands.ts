import { type Command, type CommandCall, inject, injectable, notFound, PortalError } from '@portico/core';
import type { Account } from '../api/index.js';
import { AccountRepository } from '../services/account-repository.js';
import { type Ending, PersonAccess } from '../services/person-access.js';
import { accountOf, email, json, jsonText } from './account-option.js';

const ending: Ending = { by: { id: 'system', name: 'Portico' }, via: 'command' };
const person = { ...email, required: false };
const id = { name: 'id', value: 'id', description: 'Id, as the list shows it.' };
const time = (millis: number): string => new Date(millis).toISOString();

/** The person that a command names, or all who come into question. */
function chosen(accounts: AccountRepository, call: CommandCall, all: readonly Account[]): readonly Account[] {
  return call.options.email === undefined ? all : [accountOf(accounts, call)];
}

async function print<Row>(call: CommandCall, rows: readonly Row[], line: (row: Row) => string): Promise<void> {
  if (call.options.json) call.print(jsonText(rows));
  else for (const row of rows) call.print(line(row));
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
    return print(call, rows, ({ email, id, browser, system, address, lastUsedAt }) => {
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
  readonly summary = 'List the API tokens of a person, or of everybody; never the tokens themselves.';
  readonly whenEmpty = 'There are none.';
  readonly options = [person, json];

  constructor(
    @inject(AccountRepository) private readonly accounts: AccountRepository,
    @inject(PersonAccess) private readonly ways: PersonAccess,
  ) {}

  run(call: CommandCall): Promise<void> {
    const rows = chosen(this.accounts, call, this.ways.withTokens()).flatMap((account) =>
      this.ways.tokensOf(account).map(({ createdAt, expiresAt, lastUsedAt, ...rest }) => ({
        email: account.email,
        ...rest,
        createdAt: time(createdAt),
        expiresAt: time(expiresAt),
        ...(lastUsedAt === undefined ? {} : { lastUsedAt: time(lastUsedAt) }),
      })),
    );
    return print(
      call,
      rows,
      ({ email, id, name, expiresAt, scopes }) => `${email}  ${id}  ${name}  expires ${expiresAt}  ${scopes.join(', ')}`,
    );
  }
}

@injectable()
export class RevokeTokens implements Command {
  readonly name = 'tokens revoke';
  readonly summary = 'Revoke the API tokens of a person, or the one of an id.';
  readonly options = [person, id];

  constructor(
    @inject(AccountRepository) private readonly accounts: AccountRepository,
    @inject(PersonAccess) private readonly ways: PersonAccess,
  ) {}

  async run(call: CommandCall): Promise<void> {
    const { email, id } = call.options;
    if (email === undefined && id === undefined)
      throw new PortalError('who-missing', 'Say which tokens: --email with an address, or --id.', { status: 400 });
    const found = chosen(this.accounts, call, this.ways.withTokens()).flatMap((account) =>
      this.ways
        .tokensOf(account)
        .filter((token) => id === undefined || token.id === id)
        .map((token) => ({ account, token })),
    );
    if (id !== undefined && found.length === 0) throw notFound('API token');
    for (const { account, token } of found) await this.ways.revokeToken(account, token.id, ending);
    call.print(found.length === 1 ? '1 API token is revoked.' : `${found.length} API tokens are revoked.`);
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
