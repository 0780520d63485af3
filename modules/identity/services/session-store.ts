import { createHmac, hash } from 'node:crypto';
import { Clock, inject, injectable, type Reader, type Session, type Sessions, type Transaction, UnitOfWork } from '@portico/core';
import Bowser from 'bowser';
import { SessionEntity } from '../entities/session-entity.js';
import { Directory } from './directory.js';
import { IdentityConfig } from './identity-config.js';
import { SecurityEntries, type SignInMeans } from './security-entries.js';
import { hashOf, newToken } from './token-hash.js';

/** From where somebody signs in. */
export interface Visitor {
  /** Of the client, through the proxies that are trusted. */
  readonly address: string;
  /** What the browser says of itself. */
  readonly userAgent: string;
  /** Cookie of the browser from an earlier sign-in of anybody's. */
  readonly device: string | undefined;
}

/** A session as its owner sees it. */
export interface SessionView {
  /** Names the session to those who may end it; opens nothing. */
  readonly id: string;
  /** Empty when the browser did not say. */
  readonly browser: string;
  readonly system: string;
  /** Where it was begun. */
  readonly address: string;
  readonly createdAt: number;
  readonly lastUsedAt: number;
  /** Whether it is the one that asks. */
  readonly isCurrent: boolean;
}

/** A session in memory. */
interface LiveSession {
  readonly tokenHash: string;
  readonly personId: string;
  readonly browser: string;
  readonly system: string;
  readonly address: string;
  readonly createdAt: number;
  /** When its person last showed a password or a passkey: at the sign-in, or in a question since then. Forgotten by a restart. */
  confirmedAt: number;
  lastUsedAt: number;
  writtenAt: number;
  seen: Session | undefined;
}

const tokenLength = 43;
const mostPerPerson = 100;
/** How far the stored time of last use may lag behind. */
const lagMillis = 5 * 60_000;
/** For how long somebody who has signed in, or given the password once more, is not asked for it again. */
const freshMillis = 15 * 60_000;

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
    @inject(SecurityEntries) private readonly entries: SecurityEntries,
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
  async create(transaction: Transaction, personId: string, means: readonly SignInMeans[], visitor: Visitor): Promise<string> {
    const { address, userAgent } = visitor;
    const token = newToken();
    const now = this.clock.now().getTime();
    const entity = Object.assign(new SessionEntity(), {
      tokenHash: hashOf(token),
      personId,
      ...describeBrowser(userAgent),
      address,
      createdAt: now,
      lastUsedAt: now,
    });
    await transaction.repository(SessionEntity).insert(entity);
    const ofPerson = [...(this.byPerson.get(personId) ?? [])];
    const tooMany = ofPerson.slice(0, Math.max(0, ofPerson.length + 1 - mostPerPerson));
    for (const old of tooMany) await transaction.repository(SessionEntity).delete({ tokenHash: old.tokenHash });
    const account = this.directory.byId(personId);
    if (account) await this.entries.record(transaction, account, { action: 'signed-in', after: { means } });
    transaction.afterCommit(() => {
      for (const old of tooMany) this.forget(old);
      this.keep(entity);
    });
    return token;
  }

  /** Ends one session; it is dead when the promise resolves. */
  async end(session: Session): Promise<void> {
    const live = this.liveOf(session);
    if (!live) return;
    await this.unitOfWork.write(async (transaction) => {
      await transaction.repository(SessionEntity).delete({ tokenHash: live.tokenHash });
      await this.entries.record(transaction, session.person, { action: 'signed-out' });
      transaction.afterCommit(() => this.forget(live));
    });
  }

  /** The sessions of a person that are in force, the last used first. @param asking the one that asks. */
  of(personId: string, asking?: Session): readonly SessionView[] {
    const now = this.clock.now().getTime();
    const current = asking && this.liveOf(asking);
    return [...(this.byPerson.get(personId) ?? [])]
      .filter((session) => !this.isExpired(session, now))
      .sort((a, b) => b.lastUsedAt - a.lastUsedAt || b.createdAt - a.createdAt)
      .map((session) => {
        const { browser, system, address, createdAt, lastUsedAt } = session;
        return { id: idOf(session), browser, system, address, createdAt, lastUsedAt, isCurrent: session === current };
      });
  }

  /** SHA-256 of the token of a session, as its row has it; undefined for one that has ended. */
  hashOf(session: Session): string | undefined {
    return this.liveOf(session)?.tokenHash;
  }

  /** Ends sessions with the caller's transaction. */
  async endByHash(transaction: Transaction, hashes: readonly string[]): Promise<void> {
    for (const tokenHash of hashes) await transaction.repository(SessionEntity).delete({ tokenHash });
    transaction.afterCommit(() => {
      for (const tokenHash of hashes) {
        const live = this.sessions.get(tokenHash);
        if (live) this.forget(live);
      }
    });
  }

  /** Everybody who has a session. */
  people(): readonly string[] {
    return [...this.byPerson.keys()];
  }

  /** Whether its person has signed in, or given the password once more, within the last quarter of an hour. */
  isFresh(session: Session): boolean {
    const live = this.liveOf(session);
    return live !== undefined && this.clock.now().getTime() - live.confirmedAt < freshMillis;
  }

  /** Notes that its person has just given the password. */
  confirmed(session: Session): void {
    const live = this.liveOf(session);
    if (live) live.confirmedAt = this.clock.now().getTime();
  }

  /** Ends one of a person's sessions with the caller's transaction. False when there is none of this id (any more). */
  async endOne(transaction: Transaction, personId: string, id: string): Promise<boolean> {
    const live = [...(this.byPerson.get(personId) ?? [])].find((session) => idOf(session) === id);
    if (!live) return false;
    const { affected } = await transaction.repository(SessionEntity).delete({ tokenHash: live.tokenHash });
    transaction.afterCommit(() => this.forget(live));
    return affected !== 0;
  }

  /** Ends all but one. */
  async endOthers(transaction: Transaction, asking: Session): Promise<void> {
    const current = this.liveOf(asking);
    const others = [...(this.byPerson.get(asking.person.id) ?? [])].filter((session) => session !== current);
    for (const { tokenHash } of others) await transaction.repository(SessionEntity).delete({ tokenHash });
    transaction.afterCommit(() => {
      for (const session of others) this.forget(session);
    });
  }

  /** Ends all sessions of a person with the caller's transaction, who tells the audit log of it. Answers how many there were. */
  async endAllOf(transaction: Transaction, personId: string): Promise<number> {
    const { affected } = await transaction.repository(SessionEntity).delete({ personId });
    transaction.afterCommit(() => {
      for (const session of [...(this.byPerson.get(personId) ?? [])]) this.forget(session);
    });
    return affected ?? 0;
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

  private isExpired(session: LiveSession, now: number): boolean {
    return now - session.lastUsedAt >= this.idleMillis || now - session.createdAt >= this.absoluteMillis;
  }

  private keep(row: SessionEntity): void {
    const lastUsedAt = Number(row.lastUsedAt);
    const session: LiveSession = {
      tokenHash: row.tokenHash,
      personId: row.personId,
      browser: row.browser,
      system: row.system,
      address: row.address,
      createdAt: Number(row.createdAt),
      confirmedAt: Number(row.createdAt),
      lastUsedAt,
      writtenAt: lastUsedAt,
      seen: undefined,
    };
    this.sessions.set(session.tokenHash, session);
    const ofPerson = this.byPerson.get(session.personId) ?? new Set();
    this.byPerson.set(session.personId, ofPerson.add(session));
  }

  private liveOf({ person, csrfToken }: Session): LiveSession | undefined {
    return [...(this.byPerson.get(person.id) ?? [])].find(({ seen }) => seen?.csrfToken === csrfToken);
  }

  private forget(session: LiveSession): void {
    this.sessions.delete(session.tokenHash);
    const ofPerson = this.byPerson.get(session.personId);
    ofPerson?.delete(session);
    if (ofPerson?.size === 0) this.byPerson.delete(session.personId);
  }
}

/** Of the hash, so that nobody who sees it knows what the table says. */
function idOf({ tokenHash }: LiveSession): string {
  return hash('sha256', `session ${tokenHash}`).slice(0, 32);
}

function csrfTokenOf(token: string): string {
  return createHmac('sha256', token).update('forms').digest('base64url');
}

/** What a browser says of itself, in words for a person who looks for a session that is not theirs. Empty where it says nothing that is known. */
function describeBrowser(userAgent: string): { readonly browser: string; readonly system: string } {
  if (userAgent === '') return { browser: '', system: '' };
  const { browser, os } = Bowser.parse(userAgent.slice(0, 500));
  const [major] = (browser.version ?? '').split('.');
  return {
    browser: cut([browser.name, major].filter(Boolean).join(' ')),
    // Without the version: some browsers say an old one on purpose.
    system: cut(os.name ?? ''),
  };
}

const cut = (words: string): string => words.slice(0, 60);
