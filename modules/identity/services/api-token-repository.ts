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
  SecurityEvents,
  type Transaction,
  UnitOfWork,
} from '@portico/core';
import type { RateLimiterMemory } from 'rate-limiter-flexible';
import { ApiTokenEntity } from '../entities/api-token-entity.js';
import { PersonEntity } from '../entities/person-entity.js';
import { ServiceAccountEntity } from '../entities/service-account-entities.js';
import { type ApiTokenView, mostTokens, type NewApiToken, problemsOf, tooManyTokens } from './api-token.js';
import { Directory, type ServiceAccount } from './directory.js';
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
    @inject(SecurityEvents) private readonly events: SecurityEvents,
  ) {
    this.byAddress = new Limiter({ keyPrefix: 'api-token', points: values.failuresPerAddress, duration: 60 });
  }

  /**
   * Counts a failure. @throws PortalError `api-token-slowed` (429, Retry-After) when there were too many.
   * @param known the token, when there is one.
   */
  async failed(address: string, known: { readonly name: string; readonly personId: string } | undefined): Promise<void> {
    this.events.occurred({ action: 'token-refused', subject: known?.name ?? '', ...(known && { about: known.personId }) });
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

interface LiveToken extends Omit<ApiTokenView, 'scopes' | 'lastUsedAt'> {
  personId: string;
  readonly tokenHash: string;
  readonly scopes: ReadonlySet<PermissionId>;
  lastUsedAt: number | undefined;
  writtenAt: number | undefined;
}

const dayMillis = 24 * 3_600_000;
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
    const person = known && this.directory.caller(known.personId);
    if (!known || !person || known.expiresAt <= now) {
      await this.rateLimiter.failed(address, known);
      throw new PortalError('api-token-invalid', 'This API token is unknown, expired or revoked.', { status: 401 });
    }
    known.lastUsedAt = now;
    return { id: known.id, name: known.name, person, ...(person.kind === 'service' ? {} : { scopes: known.scopes }) };
  }

  /** Everybody who has a token. */
  people(): readonly string[] {
    return [...new Set([...this.tokens.values()].map(({ personId }) => personId))];
  }

  /** The tokens of a person or of a service account, newest first. */
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
      ...problemsOf(name, days),
      ...(wanted.size === 0 ? { scopes: 'Choose what the token may do.' } : {}),
      ...(this.held.all(person.id, wanted) ? {} : { scopes: 'You can give a token only what you may do yourself.' }),
    };
    if (Object.keys(fields).length > 0) throw invalidInput(fields);
    return this.insert(person, { name, scopes: [...wanted].sort(), days }, authorOf(person), 'screen');
  }

  /**
   * Answers a token of a service account, which reaches as far as its roles.
   * @param guard asked in the transaction: it throws when who makes the token may not.
   * @throws PortalError `invalid-input` (400) with fields; `too-many-tokens` (409).
   */
  async createFor(
    service: ServiceAccount,
    { name, days }: Omit<NewApiToken, 'scopes'>,
    by: AuditPerson,
    via: AuditVia,
    guard?: () => void,
  ): Promise<string> {
    const fields = problemsOf(name, days);
    if (Object.keys(fields).length > 0) throw invalidInput(fields);
    return this.insert(service, { name, scopes: [], days }, by, via, guard);
  }

  private async insert(
    owner: Person,
    { name, scopes, days }: NewApiToken,
    by: AuditPerson,
    via: AuditVia,
    guard?: () => void,
  ): Promise<string> {
    const token = `portico_${newToken()}`;
    const createdAt = this.clock.now().getTime();
    const entity: ApiTokenEntity = {
      id: this.ids.next(),
      personId: owner.id,
      name: name.trim(),
      tokenHash: hashOf(token),
      scopes: JSON.stringify(scopes),
      createdAt,
      expiresAt: createdAt + days * dayMillis,
      lastUsedAt: null,
    };
    await this.unitOfWork.write(async (transaction) => {
      guard?.();
      // Nothing in the database keeps a token from outliving its owner, who may have gone while this waited.
      const owners = owner.kind === 'service' ? ServiceAccountEntity : PersonEntity;
      if (!(await transaction.repository<{ id: string }>(owners).existsBy({ id: owner.id }))) throw notFound('account');
      const repository = transaction.repository(ApiTokenEntity);
      if ((await repository.countBy({ personId: owner.id })) >= mostTokens) throw tooManyTokens(owner);
      await repository.insert(entity);
      await this.record(transaction, owner, entity, 'set', by, via);
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
   * @param guard asked in the transaction: it throws when who revokes may not.
   * @throws PortalError `not-found` (404) for a token that is not this person's.
   */
  async revokeFor(person: Person, id: string, by: AuditPerson, via: AuditVia, guard?: () => void): Promise<void> {
    await this.unitOfWork.write(async (transaction) => {
      guard?.();
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
    by: AuditPerson,
    via: AuditVia,
  ): Promise<void> {
    const scopes = person.kind === 'service' ? {} : { scopes: JSON.parse(entity.scopes) as unknown };
    const facts = { name: entity.name, ...scopes };
    return this.audit.record(transaction, {
      area: 'api-tokens',
      subject: person.email || person.name,
      about: person.id,
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
