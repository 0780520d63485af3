import { AuditLog, inject, injectable, type Transaction, UnitOfWork } from '@portico/core';
import type { EndedSession } from '../api/index.js';
import { ExternalGrantEntity } from '../entities/external-entities.js';
import { PersonEntity } from '../entities/person-entity.js';
import { ExternalGrants } from './external-grants.js';
import { type ExternalSessionFilter, SessionStore } from './session-store.js';

/** Ends what providers began: a session that was signed out there, or all of a provider that is removed. API tokens are nobody's but the portal's. */
@injectable()
export class ExternalSessions {
  constructor(
    @inject(UnitOfWork) private readonly unitOfWork: UnitOfWork,
    @inject(SessionStore) private readonly sessions: SessionStore,
    @inject(ExternalGrants) private readonly grants: ExternalGrants,
    @inject(AuditLog) private readonly audit: AuditLog,
  ) {}

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
    const ended = await this.sessions.endExternal(transaction, where);
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
