import { createHmac, hash, randomBytes } from 'node:crypto';
import {
  type AuditEntry,
  AuditLog,
  Clock,
  inject,
  injectable,
  type Reader,
  type Session,
  type Sessions,
  type Transaction,
  UnitOfWork,
} from '@portico/core';
import { SessionEntity } from '../entities/session-entity.js';
import { Directory } from './directory.js';
import { IdentityConfig } from './identity-config.js';

/** A session in memory. */
interface LiveSession {
  readonly tokenHash: string;
  readonly personId: string;
  readonly createdAt: number;
  lastUsedAt: number;
  writtenAt: number;
  seen: Session | undefined;
}

const tokenLength = 43;
const mostPerPerson = 100;
/** How far the stored time of last use may lag behind. */
const lagMillis = 5 * 60_000;

/**
 * Sessions by the SHA-256 of their token. Reading one is a memory read; what ends a session ends it in memory with the commit.
 * The token that guards forms is derived from the session's own, so nothing secret is stored at all.
 *
 * How one comes to be: sign-in (sign-in.ts) makes a token of 256 random bits in the transaction that checked the account. The browser gets the token in
 * a cookie, the table its hash with the person and two times. It is in force from the commit on, never before. A person has at most 100; the oldest go.
 *
 * How long it lasts: until it was not used for a while (idle) or is too old (absolute), whichever comes first, by the clock of the portal. Use is noted in
 * memory and written now and then, at most five minutes late: after a kill a session may look that much older than it is, never younger.
 *
 * What ends it, at once and for every copy of the cookie: signing out, another password, disabling the account; each in the same transaction
 * as what caused it, so that neither stands without the other. An expired one is dead when it is looked for, and its row goes later.
 *
 * What is never done: a token is not stored, logged or made a second time; a session does not change its person; a sign-in does not take up a session
 * that was there before it, because somebody else may know that one's token. What a person may do is not kept here: it is asked anew with each request.
 */
@injectable()
export class SessionStore implements Sessions {
  private sessions = new Map<string, LiveSession>();
  private byPerson = new Map<string, Set<LiveSession>>();
  private readonly idleMillis: number;
  private readonly absoluteMillis: number;

  constructor(
    @inject(Clock) private readonly clock: Clock,
    @inject(UnitOfWork) private readonly unitOfWork: UnitOfWork,
    @inject(Directory) private readonly directory: Directory,
    @inject(IdentityConfig) config: IdentityConfig,
    @inject(AuditLog) private readonly audit: AuditLog,
  ) {
    this.idleMillis = config.values.sessionIdleMinutes * 60_000;
    this.absoluteMillis = config.values.sessionAbsoluteHours * 3_600_000;
  }

  find(cookie: string): Session | undefined {
    if (cookie.length !== tokenLength) return undefined;
    const session = this.sessions.get(hashOf(cookie));
    if (!session) return undefined;
    const now = this.clock.now().getTime();
    const person = this.directory.person(session.personId);
    if (!person || this.isExpired(session, now)) {
      this.forget(session);
      return undefined;
    }
    session.lastUsedAt = now;
    if (session.seen?.person !== person) {
      session.seen = Object.freeze({ person, csrfToken: session.seen?.csrfToken ?? csrfTokenOf(cookie) });
    }
    return session.seen;
  }

  /** Adds a session in a transaction of the caller's; it is in force after the commit. Answers the token for the browser. */
  async create(transaction: Transaction, personId: string): Promise<string> {
    const token = randomBytes(32).toString('base64url');
    const now = this.clock.now().getTime();
    const entity = Object.assign(new SessionEntity(), {
      tokenHash: hashOf(token),
      personId,
      createdAt: now,
      lastUsedAt: now,
    });
    await transaction.repository(SessionEntity).insert(entity);
    const ofPerson = [...(this.byPerson.get(personId) ?? [])];
    const tooMany = ofPerson.slice(0, Math.max(0, ofPerson.length + 1 - mostPerPerson));
    for (const old of tooMany) await transaction.repository(SessionEntity).delete({ tokenHash: old.tokenHash });
    const account = this.directory.byId(personId);
    // Whose session it is stands in no request yet.
    await this.record(transaction, 'signed-in', personId, { by: { id: personId, name: account?.name || account?.email || '' } });
    transaction.afterCommit(() => {
      for (const old of tooMany) this.forget(old);
      this.keep(entity);
    });
    return token;
  }

  /** Ends one session; it is dead when the promise resolves. */
  async end(session: Session): Promise<void> {
    const live = [...(this.byPerson.get(session.person.id) ?? [])].find(
      (candidate) => candidate.seen?.csrfToken === session.csrfToken,
    );
    if (!live) return;
    await this.unitOfWork.write(async (transaction) => {
      await transaction.repository(SessionEntity).delete({ tokenHash: live.tokenHash });
      await this.record(transaction, 'signed-out', live.personId);
      transaction.afterCommit(() => this.forget(live));
    });
  }

  /** Ends all sessions of a person with the caller's transaction. */
  async endAllOf(transaction: Transaction, personId: string): Promise<void> {
    const { affected } = await transaction.repository(SessionEntity).delete({ personId });
    if (affected) await this.record(transaction, 'sessions-ended', personId, { before: { count: affected } });
    transaction.afterCommit(() => {
      for (const session of [...(this.byPerson.get(personId) ?? [])]) this.forget(session);
    });
  }

  async load(reader: Reader): Promise<void> {
    this.sessions = new Map();
    this.byPerson = new Map();
    const rows = await reader.repository(SessionEntity).find({ order: { createdAt: 'ASC' } });
    for (const row of rows) this.keep(row);
  }

  /** Writes when sessions were last used and drops the expired ones. Called now and then, never by a request. */
  async flush(lag: number = lagMillis): Promise<void> {
    const now = this.clock.now().getTime();
    const all = [...this.sessions.values()];
    const used = all.filter((session) => session.lastUsedAt > session.writtenAt + lag);
    const expired = all.filter((session) => this.isExpired(session, now));
    if (used.length === 0 && expired.length === 0) return;
    await this.unitOfWork.write(async (transaction) => {
      const repository = transaction.repository(SessionEntity);
      for (const { tokenHash, lastUsedAt } of used) await repository.update({ tokenHash }, { lastUsedAt });
      for (const { tokenHash } of expired) await repository.delete({ tokenHash });
    });
    for (const session of used) session.writtenAt = session.lastUsedAt;
    for (const session of expired) this.forget(session);
  }

  private record(
    transaction: Transaction,
    action: string,
    personId: string,
    more: Pick<AuditEntry, 'by' | 'before'> = {},
  ): Promise<void> {
    const subject = this.directory.byId(personId)?.email ?? '';
    return this.audit.record(transaction, { area: 'security', subject, about: personId, scope: 'instance', action, ...more });
  }

  private isExpired(session: LiveSession, now: number): boolean {
    return now - session.lastUsedAt >= this.idleMillis || now - session.createdAt >= this.absoluteMillis;
  }

  private keep(row: SessionEntity): void {
    const lastUsedAt = Number(row.lastUsedAt);
    const session: LiveSession = {
      tokenHash: row.tokenHash,
      personId: row.personId,
      createdAt: Number(row.createdAt),
      lastUsedAt,
      writtenAt: lastUsedAt,
      seen: undefined,
    };
    this.sessions.set(session.tokenHash, session);
    const ofPerson = this.byPerson.get(session.personId) ?? new Set();
    this.byPerson.set(session.personId, ofPerson.add(session));
  }

  private forget(session: LiveSession): void {
    this.sessions.delete(session.tokenHash);
    const ofPerson = this.byPerson.get(session.personId);
    ofPerson?.delete(session);
    if (ofPerson?.size === 0) this.byPerson.delete(session.personId);
  }
}

function hashOf(token: string): string {
  return hash('sha256', token);
}

function csrfTokenOf(token: string): string {
  return createHmac('sha256', token).update('forms').digest('base64url');
}
