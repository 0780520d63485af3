import {
  type ApiCaller,
  type ApiTokens,
  AuditLog,
  type AuditPerson,
  type AuditVia,
  Clock,
  Ids,
  inject,
  injectable,
  invalidInput,
  Messages,
  notFound,
  type PermissionId,
  type Person,
  PortalError,
  type Reader,
  type Transaction,
  UnitOfWork,
} from '@portico/core';
import type { RateLimiterMemory } from 'rate-limiter-flexible';
import { ApiTokenEntity } from '../entities/api-token-entity.js';
import { Directory } from './directory.js';
import { IdentityConfig } from './identity-config.js';
import { PermissionsHeld } from './permissions-held.js';
import { Limiter, secondsToWait } from './sign-in-counts.js';
import { networkOf } from './sign-in-rate-limiter.js';
import { hashOf, newToken } from './token-hash.js';

/** Slows those who try tokens. A good token passes, whatever its neighbours do. */
@injectable()
class ApiTokenRateLimiter {
  private readonly byAddress: RateLimiterMemory;

  constructor(
    @inject(IdentityConfig) { values }: IdentityConfig,
    @inject(Messages) private readonly messages: Messages,
  ) {
    this.byAddress = new Limiter({ keyPrefix: 'api-token', points: values.failuresPerAddress, duration: 60 });
  }

  /** Counts a failure. @throws PortalError `api-token-slowed` (429, Retry-After) when there were too many. */
  async failed(address: string): Promise<void> {
    try {
      await this.byAddress.consume(networkOf(address));
    } catch (reason) {
      const seconds = secondsToWait(reason);
      throw new PortalError('api-token-slowed', this.messages.text('tokens.slowed', { seconds }), {
        status: 429,
        retryAfter: seconds,
      });
    }
  }
}

/** What a person says about a new token. */
export interface NewApiToken {
  readonly name: string;
  readonly scopes: readonly PermissionId[];
  readonly days: number;
}

/** A token as its owner sees it; never the token itself. */
export interface ApiTokenView {
  readonly id: string;
  readonly name: string;
  readonly scopes: readonly PermissionId[];
  readonly createdAt: number;
  readonly expiresAt: number;
  readonly lastUsedAt: number | undefined;
}

interface LiveToken extends Omit<ApiTokenView, 'scopes' | 'lastUsedAt'> {
  personId: string;
  readonly tokenHash: string;
  readonly scopes: ReadonlySet<PermissionId>;
  lastUsedAt: number | undefined;
  writtenAt: number | undefined;
}

const mostPerPerson = 50;
const longestDays = 366;
const day = 24 * 3_600_000;
const lagMillis = 5 * 60_000;

/** API tokens by their SHA-256, in memory; what changes them is one transaction, and stands in the audit log. */
@injectable()
export class ApiTokenRepository implements ApiTokens {
  private tokens = new Map<string, LiveToken>();

  constructor(
    @inject(Clock) private readonly clock: Clock,
    @inject(Ids) private readonly ids: Ids,
    @inject(UnitOfWork) private readonly unitOfWork: UnitOfWork,
    @inject(AuditLog) private readonly audit: AuditLog,
    @inject(Directory) private readonly directory: Directory,
    @inject(PermissionsHeld) private readonly held: PermissionsHeld,
    @inject(ApiTokenRateLimiter) private readonly rateLimiter: ApiTokenRateLimiter,
  ) {}

  async authenticate(token: string, address: string): Promise<ApiCaller> {
    const known = this.tokens.get(hashOf(token));
    const now = this.clock.now().getTime();
    const account = known && this.directory.byId(known.personId);
    const person = account?.active && !account.mustChangePassword ? this.directory.person(account.id) : undefined;
    if (!known || !person || known.expiresAt <= now) {
      await this.rateLimiter.failed(address);
      throw new PortalError('api-token-invalid', 'This API token is unknown, expired or revoked.', { status: 401 });
    }
    known.lastUsedAt = now;
    return { id: known.id, name: known.name, person, scopes: known.scopes };
  }

  /** Everybody who has a token. */
  people(): readonly string[] {
    return [...new Set([...this.tokens.values()].map(({ personId }) => personId))];
  }

  /** The tokens of a person, newest first. */
  of(personId: string): readonly ApiTokenView[] {
    return [...this.tokens.values()]
      .filter((token) => token.personId === personId)
      .sort((a, b) => b.createdAt - a.createdAt || (a.id < b.id ? 1 : -1))
      .map(({ id, name, scopes, createdAt, expiresAt, lastUsedAt }) => ({
        id,
        name,
        scopes: [...scopes],
        createdAt,
        expiresAt,
        lastUsedAt,
      }));
  }

  /**
   * Answers the token, which nobody can be told a second time.
   * @throws PortalError `invalid-input` (400) with fields; `too-many-tokens` (409).
   */
  async create(person: Person, { name, scopes, days }: NewApiToken): Promise<string> {
    const wanted = new Set(scopes);
    const fields = {
      ...(name.trim() === '' || name.length > 100 ? { name: 'Enter a name of at most 100 characters.' } : {}),
      ...(wanted.size === 0 ? { scopes: 'Choose what the token may do.' } : {}),
      ...(this.held.all(person.id, wanted) ? {} : { scopes: 'You can give a token only what you may do yourself.' }),
      ...(Number.isInteger(days) && days >= 1 && days <= longestDays ? {} : { days: `Enter 1 to ${longestDays} days.` }),
    };
    if (Object.keys(fields).length > 0) throw invalidInput(fields);
    const token = `portico_${newToken()}`;
    const createdAt = this.clock.now().getTime();
    const entity: ApiTokenEntity = {
      id: this.ids.next(),
      personId: person.id,
      name: name.trim(),
      tokenHash: hashOf(token),
      scopes: JSON.stringify([...wanted].sort()),
      createdAt,
      expiresAt: createdAt + days * day,
      lastUsedAt: null,
    };
    await this.unitOfWork.write(async (transaction) => {
      const repository = transaction.repository(ApiTokenEntity);
      if ((await repository.countBy({ personId: person.id })) >= mostPerPerson) throw tooMany();
      await repository.insert(entity);
      await this.record(transaction, person, entity, 'set');
      transaction.afterCommit(() => this.keep(entity));
    });
    return token;
  }

  /** Dead when the promise resolves. @throws PortalError `not-found` (404) for a token that is not this person's. */
  revoke(person: Person, id: string): Promise<void> {
    return this.revokeFor(person, id, authorOf(person), 'screen');
  }

  /**
   * Revokes one of somebody's tokens for an administrator.
   * @throws PortalError `not-found` (404) for a token that is not this person's.
   */
  async revokeFor(person: Person, id: string, by: AuditPerson, via: AuditVia): Promise<void> {
    await this.unitOfWork.write(async (transaction) => {
      const entity = await transaction.repository(ApiTokenEntity).findOneBy({ id, personId: person.id });
      if (!entity) throw notFound('API token');
      await this.remove(transaction, person, entity, by, via);
    });
  }

  /** Revokes all of a person's with the caller's transaction. */
  async revokeAllOf(transaction: Transaction, person: Person, by: AuditPerson = portal, via: AuditVia = 'system'): Promise<void> {
    const entities = await transaction.repository(ApiTokenEntity).findBy({ personId: person.id });
    for (const entity of entities) await this.remove(transaction, person, entity, by, via);
  }

  /** Gives all of a person's tokens to another with the caller's transaction. They go on to work, with what the other may. */
  async moveAll(transaction: Transaction, from: Person, to: Person): Promise<void> {
    await transaction.repository(ApiTokenEntity).update({ personId: from.id }, { personId: to.id });
    transaction.afterCommit(() => {
      for (const token of this.tokens.values()) if (token.personId === from.id) token.personId = to.id;
    });
  }

  async load(reader: Reader): Promise<void> {
    this.tokens = new Map();
    for (const row of await reader.repository(ApiTokenEntity).find()) this.keep(row);
  }

  /** Writes when tokens were last used. Called now and then, never by a request. */
  async flush(lag: number = lagMillis): Promise<void> {
    const used = [...this.tokens.values()].filter(
      ({ lastUsedAt, writtenAt }) => lastUsedAt !== undefined && (writtenAt === undefined || lastUsedAt > writtenAt + lag),
    );
    if (used.length === 0) return;
    const times = used.map(({ id, lastUsedAt = 0 }) => ({ id, lastUsedAt }));
    await this.unitOfWork.write(async (transaction) => {
      for (const { id, lastUsedAt } of times) await transaction.repository(ApiTokenEntity).update({ id }, { lastUsedAt });
    });
    for (const [index, token] of used.entries()) token.writtenAt = times[index]?.lastUsedAt;
  }

  private async remove(
    transaction: Transaction,
    person: Person,
    entity: ApiTokenEntity,
    by: AuditPerson,
    via: AuditVia,
  ): Promise<void> {
    await transaction.repository(ApiTokenEntity).delete({ id: entity.id });
    await this.record(transaction, person, entity, 'removed', by, via);
    transaction.afterCommit(() => void this.tokens.delete(entity.tokenHash));
  }

  private record(
    transaction: Transaction,
    person: Person,
    entity: ApiTokenEntity,
    action: string,
    by: AuditPerson = authorOf(person),
    via: AuditVia = 'screen',
  ): Promise<void> {
    const facts = { name: entity.name, scopes: JSON.parse(entity.scopes) as unknown };
    return this.audit.record(transaction, {
      area: 'api-tokens',
      subject: person.email,
      attribute: entity.name,
      scope: 'instance',
      action,
      ...(action === 'removed' ? { before: facts } : { after: facts }),
      by,
      via,
    });
  }

  private keep({ id, personId, name, tokenHash, scopes, createdAt, expiresAt, lastUsedAt }: ApiTokenEntity): void {
    const used = lastUsedAt === null ? undefined : Number(lastUsedAt);
    this.tokens.set(tokenHash, {
      id,
      personId,
      name,
      tokenHash,
      scopes: new Set(JSON.parse(scopes) as PermissionId[]),
      createdAt: Number(createdAt),
      expiresAt: Number(expiresAt),
      lastUsedAt: used,
      writtenAt: used,
    });
  }
}

const portal: AuditPerson = { id: 'system', name: 'Portico' };

function authorOf({ id, name, email }: Person): AuditPerson {
  return { id, name: name || email };
}

function tooMany(): PortalError {
  return new PortalError('too-many-tokens', `You have ${mostPerPerson} API tokens already. Revoke one first.`, { status: 409 });
}
