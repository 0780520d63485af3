import { type Command, type CommandCall, type CommandOption, inject, injectable, notFound, PortalError } from '@portico/core';
import { AccountRepository } from '../services/account-repository.js';
import type { ApiTokenView } from '../services/api-token.js';
import { ApiTokenRepository } from '../services/api-token-repository.js';
import { PersonAccess } from '../services/person-access.js';
import { ServiceAccountRepository } from '../services/service-account-repository.js';
import { accountOf, byCommand, email, json, named, printRows } from './account-option.js';
import { serviceOf } from './service-account-commands.js';

const person = { ...email, required: false };
const service: CommandOption = {
  name: 'service-account',
  value: 'name',
  description: 'Name of a service account, in place of a person.',
};
const id = { name: 'id', value: 'id', description: 'Id, as the list shows it.' };
const time = (millis: number): string => new Date(millis).toISOString();

/** Whose tokens a command is about. */
type Owner = Parameters<ApiTokenRepository['revokeFor']>[0];

/** Those that a command names, or everybody who has a token. */
function owners(
  call: CommandCall,
  accounts: AccountRepository,
  services: ServiceAccountRepository,
  all: () => readonly Owner[],
): readonly Owner[] {
  const { email, 'service-account': name } = call.options;
  if (email !== undefined && name !== undefined)
    throw new PortalError('who-missing', 'Say either --email or --service-account.', { status: 400 });
  if (name !== undefined) return [serviceOf(services, name)];
  return email === undefined ? [...all(), ...services.all()] : [accountOf(accounts, call)];
}

@injectable()
export class ListTokens implements Command {
  readonly name = 'tokens list';
  readonly summary = 'List the API tokens of a person, of a service account, or all; never the tokens themselves.';
  readonly whenEmpty = 'There are none.';
  readonly options = [person, service, json];

  constructor(
    @inject(AccountRepository) private readonly accounts: AccountRepository,
    @inject(ServiceAccountRepository) private readonly services: ServiceAccountRepository,
    @inject(PersonAccess) private readonly ways: PersonAccess,
    @inject(ApiTokenRepository) private readonly tokens: ApiTokenRepository,
  ) {}

  run(call: CommandCall): Promise<void> {
    const rows = owners(call, this.accounts, this.services, () => this.ways.withTokens()).flatMap((owner) =>
      this.tokens.of(owner.id).map((token) => ({ ...whose(owner), ...facts(token) })),
    );
    return printRows(call, rows, ({ email, serviceAccount, id, name, expiresAt, scopes }) => {
      const reach = serviceAccount === undefined ? scopes.join(', ') : 'what its roles allow';
      return `${email ?? serviceAccount}  ${id}  ${name}  expires ${expiresAt}  ${reach}`;
    });
  }
}

@injectable()
export class CreateToken implements Command {
  readonly name = 'tokens create';
  readonly summary = 'Make an API token of a service account, and print it once. People make theirs in My Account.';
  readonly options = [
    { ...service, description: 'Name of the service account.', required: true },
    named('token'),
    { name: 'days', value: 'number', description: 'Days until it expires, 1 to 366. Default 90.' },
  ];

  constructor(
    @inject(ServiceAccountRepository) private readonly services: ServiceAccountRepository,
    @inject(ApiTokenRepository) private readonly tokens: ApiTokenRepository,
  ) {}

  async run(call: CommandCall): Promise<void> {
    const { 'service-account': account, name, days = '90' } = call.options;
    const facts = { name: String(name), days: Number(days) };
    const { by, via } = byCommand;
    const owner = serviceOf(this.services, account);
    // Alone on its line, for scripts: nobody can be told it a second time.
    call.print(await this.tokens.createFor(owner, facts, by, via));
  }
}

@injectable()
export class RevokeTokens implements Command {
  readonly name = 'tokens revoke';
  readonly summary = 'Revoke the API tokens of a person or of a service account, or the one of an id.';
  readonly options = [person, service, id];

  constructor(
    @inject(AccountRepository) private readonly accounts: AccountRepository,
    @inject(ServiceAccountRepository) private readonly services: ServiceAccountRepository,
    @inject(PersonAccess) private readonly ways: PersonAccess,
    @inject(ApiTokenRepository) private readonly tokens: ApiTokenRepository,
  ) {}

  async run(call: CommandCall): Promise<void> {
    const { email, id, 'service-account': name } = call.options;
    if (email === undefined && id === undefined && name === undefined) {
      const sentence = 'Say which tokens: --email with an address, --service-account with a name, or --id.';
      throw new PortalError('who-missing', sentence, { status: 400 });
    }
    const found = owners(call, this.accounts, this.services, () => this.ways.withTokens()).flatMap((owner) =>
      this.tokens
        .of(owner.id)
        .filter((token) => id === undefined || token.id === id)
        .map((token) => ({ owner, token })),
    );
    if (id !== undefined && found.length === 0) throw notFound('API token');
    for (const { owner, token } of found) await this.tokens.revokeFor(owner, token.id, byCommand.by, byCommand.via);
    call.print(found.length === 1 ? '1 API token is revoked.' : `${found.length} API tokens are revoked.`);
  }
}

/** A token names the person or the service account that it belongs to. */
function whose({ kind, email, name }: Owner): { readonly email?: string; readonly serviceAccount?: string } {
  return kind === 'service' ? { serviceAccount: name } : { email };
}

function facts({ createdAt, expiresAt, lastUsedAt, ...rest }: ApiTokenView) {
  return {
    ...rest,
    createdAt: time(createdAt),
    expiresAt: time(expiresAt),
    ...(lastUsedAt === undefined ? {} : { lastUsedAt: time(lastUsedAt) }),
  };
}
