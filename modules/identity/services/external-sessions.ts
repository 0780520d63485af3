import { AuditLog, inject, injectable, type Session, type Transaction, UnitOfWork } from '@portico/core';
import type { EndedSession, ExternalSession } from '../api/index.js';
import { ExternalGrantEntity, ExternalSessionEntity } from '../entities/external-entities.js';
import { PersonEntity } from '../entities/person-entity.js';
import { SessionEntity } from '../entities/session-entity.js';
import { ExternalGrants } from './external-grants.js';
import { SessionStore } from './session-store.js';
import { hashOf } from './token-hash.js';

/** Which of the sessions that were begun at another place; everything that is named must hold. */
type ExternalSessionFilter = Partial<Record<'provider' | 'issuer' | 'subject' | 'sid', string>>;

/** Remembers what providers began, and ends it: a session that was signed out there, or all of a provider that is removed. API tokens are nobody's but the portal's. */
@injectable()
export class ExternalSessions {
  constructor(
    @inject(UnitOfWork) private readonly unitOfWork: UnitOfWork,
    @inject(SessionStore) private readonly sessions: SessionStore,
    @inject(ExternalGrants) private readonly grants: ExternalGrants,
    @inject(AuditLog) private readonly audit: AuditLog,
  ) {}

  /** Notes where a session was begun, in the transaction that makes it. @param token of the session, as the browser gets it. */
  async begun(transaction: Transaction, token: string, { provider, issuer, subject, sid }: ExternalSession): Promise<void> {
    const tokenHash = hashOf(token);
    await transaction.repository(ExternalSessionEntity).insert({ tokenHash, provider, issuer, subject, sid: sid ?? null });
  }

  /** Where a session was begun that was not begun here. */
  async of(session: Session): Promise<ExternalSession | undefined> {
    const tokenHash = this.sessions.hashOf(session);
    if (tokenHash === undefined) return undefined;
    const row = await this.unitOfWork.read((reader) => reader.repository(ExternalSessionEntity).findOneBy({ tokenHash }));
    return row ? { provider: row.provider, issuer: row.issuer, subject: row.subject, sid: row.sid ?? undefined } : undefined;
  }

  async end(transaction: Transaction, { issuer, subject, sid }: EndedSession): Promise<number> {
    const where = { issuer, ...(subject === undefined ? {} : { subject }), ...(sid === undefined ? {} : { sid }) };
    return this.endWhere(transaction, where, issuer);
  }

  async providerRemoved(transaction: Transaction, provider: string): Promise<void> {
    await this.endWhere(transaction, { provider }, provider);
    const rows = await transaction.repository(ExternalGrantEntity).findBy({ provider });
    for (const id of new Set(rows.map(({ personId }) => personId))) {
      const person = await transaction.repository(PersonEntity).findOneByOrFail({ id });
      await this.grants.takeAll(transaction, person, { id: provider, name: provider });
    }
  }

  async connectedPeople(provider: string): Promise<number> {
    const [row] = await this.unitOfWork.read((reader) =>
      reader.query<{ count: number }>(
        'SELECT count(DISTINCT person_id) AS count FROM identity_external_identity WHERE provider = ?',
        [provider],
      ),
    );
    return Number(row?.count ?? 0);
  }

  private async endWhere(transaction: Transaction, where: ExternalSessionFilter, issuer: string): Promise<number> {
    const rows = await transaction.repository(ExternalSessionEntity).findBy(where);
    const ended: string[] = [];
    for (const { tokenHash } of rows) {
      const session = await transaction.repository(SessionEntity).findOneBy({ tokenHash });
      if (session) ended.push(session.personId);
    }
    await transaction.repository(ExternalSessionEntity).delete(where);
    await this.sessions.endByHash(
      transaction,
      rows.map(({ tokenHash }) => tokenHash),
    );
    for (const id of new Set(ended)) {
      const person = await transaction.repository(PersonEntity).findOneByOrFail({ id });
      await this.audit.record(transaction, {
        area: 'security',
        subject: person.email,
        attribute: 'sessions',
        scope: 'instance',
        action: 'ended',
        after: { sessions: ended.filter((each) => each === id).length, by: issuer },
        about: id,
        via: 'system',
      });
    }
    return ended.length;
  }
}
