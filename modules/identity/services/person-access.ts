import {
  type AccessContext,
  type AuditPerson,
  type AuditVia,
  inject,
  injectable,
  notFound,
  type Session,
  UnitOfWork,
} from '@portico/core';
import type { Account } from '../api/index.js';
import type { ApiTokenView } from './api-token.js';
import { ApiTokenRepository } from './api-token-repository.js';
import { Directory } from './directory.js';
import { type FactorState, SecondFactors } from './second-factors.js';
import { SecurityEntries } from './security-entries.js';
import { SessionStore, type SessionView } from './session-store.js';

/** All ways on which somebody gets in. */
export interface WaysIn {
  readonly factors: FactorState;
  readonly sessions: readonly SessionView[];
  readonly tokens: readonly ApiTokenView[];
}

/** Who ends something, and how: of a request, or of a command. */
export interface Ending {
  readonly by: AuditPerson;
  readonly via: AuditVia;
}

/** Who acts in an access context. */
export function endingBy({ person, token }: AccessContext, via: AuditVia = token ? 'api' : 'screen'): Ending {
  return { by: { id: person?.id ?? 'system', name: person ? person.name || person.email : 'Portico' }, via };
}

/** The sessions, tokens and second factors of somebody, to be seen and ended; each change with its entry of the audit log. */
@injectable()
export class PersonAccess {
  constructor(
    @inject(UnitOfWork) private readonly unitOfWork: UnitOfWork,
    @inject(Directory) private readonly directory: Directory,
    @inject(SessionStore) private readonly sessions: SessionStore,
    @inject(ApiTokenRepository) private readonly tokens: ApiTokenRepository,
    @inject(SecondFactors) private readonly factors: SecondFactors,
    @inject(SecurityEntries) private readonly entries: SecurityEntries,
  ) {}

  async of(personId: string, asking?: Session): Promise<WaysIn> {
    return {
      factors: await this.factors.state(personId),
      sessions: this.sessions.of(personId, asking),
      tokens: this.tokens.of(personId),
    };
  }

  /** Everybody who has a session, by email address. */
  withSessions(): readonly Account[] {
    return this.accounts(this.sessions.people());
  }

  /** Everybody who has an API token, by email address. */
  withTokens(): readonly Account[] {
    return this.accounts(this.tokens.people());
  }

  sessionsOf({ id }: Account): readonly SessionView[] {
    return this.sessions.of(id);
  }

  /** @throws PortalError `not-found` (404) for a session that is not this person's. */
  async endSession(account: Account, id: string, { by, via }: Ending): Promise<void> {
    const session = this.sessions.of(account.id).find((candidate) => candidate.id === id);
    await this.unitOfWork.write(async (transaction) => {
      if (!session || !(await this.sessions.endOne(transaction, account.id, id))) throw notFound('session');
      const { browser, system, address } = session;
      await this.entries.record(transaction, account, {
        attribute: 'sessions',
        action: 'removed',
        after: { browser, system, address },
        by,
        via,
      });
    });
  }

  /** Ends the sessions of somebody, of the person who asks all others. Answers how many there were. */
  async endSessions(account: Account, { by, via }: Ending, asking?: Session): Promise<number> {
    const count = this.sessions.of(account.id).length - (asking ? 1 : 0);
    if (count <= 0) return 0;
    await this.unitOfWork.write(async (transaction) => {
      if (asking) await this.sessions.endOthers(transaction, asking);
      else await this.sessions.endAllOf(transaction, account.id);
      await this.entries.record(transaction, account, { attribute: 'sessions', action: 'removed', after: { count }, by, via });
    });
    return count;
  }

  /** Ends the sessions of everybody. Answers of how many people. */
  async endEverybodys(ending: Ending): Promise<number> {
    let people = 0;
    for (const account of this.withSessions()) if ((await this.endSessions(account, ending)) > 0) people += 1;
    return people;
  }

  /** @throws PortalError `not-found` (404) for a token that is not this person's. */
  revokeToken(account: Account, id: string, { by, via }: Ending): Promise<void> {
    return this.tokens.revokeFor(account, id, by, via);
  }

  /** False when there were none. */
  removeFactors(account: Account, { by, via }: Ending): Promise<boolean> {
    return this.factors.removeAll(account, by, via);
  }

  private accounts(ids: readonly string[]): readonly Account[] {
    return ids
      .map((id) => this.directory.byId(id))
      .filter((account) => account !== undefined)
      .sort((a, b) => (a.email < b.email ? -1 : 1));
  }
}
