import {
  AuditLog,
  Clock,
  Ids,
  inject,
  injectable,
  notFound,
  PortalError,
  SecurityEvents,
  type Session,
  type Transaction,
  UnitOfWork,
} from '@portico/core';
import type { Account, ExternalIdentity, ExternalProvider } from '../api/index.js';
import { ExternalIdentityEntity } from '../entities/external-entities.js';
import { PersonEntity } from '../entities/person-entity.js';
import { AccountRepository } from './account-repository.js';
import { Directory } from './directory.js';
import { ExternalGrants } from './external-grants.js';
import { noPassword } from './passwords.js';

/** An account at another place that somebody signs in by, as they see it. */
export interface Connection {
  readonly id: string;
  readonly provider: string;
  readonly issuer: string;
  readonly label: string;
  readonly createdAt: number;
  readonly lastUsedAt: number | undefined;
}

const longestLabel = 254;

/**
 * Whose account it is for whom a provider vouches.
 *
 * In this order: whoever is connected by this issuer and subject, whatever address the provider says by now; else whoever has the address, but only
 * when the provider says in so many words that it was verified; else, with a verified address and where the provider may add people, a new account
 * without a password. Everything else is refused with a sentence that says what the person can do, and a security event that says why: the same
 * sentence whether or not somebody here has an address that was not verified, so that nobody finds out by claiming it.
 *
 * What is never done: an account does not take another address because a provider says one; two accounts do not become one; a connection does not move
 * from one person to another. A person without a password cannot disconnect the last account they sign in by.
 */
@injectable()
export class ExternalAccounts {
  constructor(
    @inject(Clock) private readonly clock: Clock,
    @inject(Ids) private readonly ids: Ids,
    @inject(UnitOfWork) private readonly unitOfWork: UnitOfWork,
    @inject(Directory) private readonly directory: Directory,
    @inject(AccountRepository) private readonly accounts: AccountRepository,
    @inject(ExternalGrants) private readonly grants: ExternalGrants,
    @inject(AuditLog) private readonly audit: AuditLog,
    @inject(SecurityEvents) private readonly events: SecurityEvents,
  ) {}

  /**
   * Who it is, with the hash of their password as it is now; roles follow from the groups with it.
   * @throws PortalError `external-address-unverified`, `external-account-missing`, `external-account-disabled` (403).
   */
  async personOf(
    provider: ExternalProvider,
    identity: ExternalIdentity,
  ): Promise<{ readonly personId: string; readonly passwordHash: string }> {
    try {
      return await this.unitOfWork.write(async (transaction) => {
        const personId =
          (await this.connected(transaction, provider, identity)) ?? (await this.found(transaction, provider, identity));
        const person = await transaction.repository(PersonEntity).findOneByOrFail({ id: personId });
        if (!person.active) throw refusal('external-account-disabled', 'Your account here is disabled. Ask an administrator.');
        await this.grants.apply(transaction, accountOf(person), provider, identity.groups);
        return { personId, passwordHash: person.passwordHash };
      });
    } catch (error) {
      if (error instanceof PortalError && error.status === 403)
        this.events.occurred({
          action: 'external-sign-in-refused',
          subject: identity.email ?? identity.subject,
          attribute: `${provider.name}: ${error.code}`,
        });
      throw error;
    }
  }

  /** @throws PortalError `external-account-taken` (409). */
  async connect({ person }: Session, provider: ExternalProvider, identity: ExternalIdentity): Promise<void> {
    await this.unitOfWork.write(async (transaction) => {
      const { issuer, subject } = identity;
      const known = await transaction.repository(ExternalIdentityEntity).findOneBy({ issuer, subject });
      if (known?.personId === person.id) return;
      if (known) {
        const sentence = `This account of ${provider.name} is connected to somebody else's account here.`;
        throw new PortalError('external-account-taken', sentence, { status: 409 });
      }
      await this.link(transaction, person.id, provider, identity);
    });
  }

  /** @throws PortalError `not-found` (404), `last-way-in` (409). */
  async disconnect(session: Session, id: string, nameOf: (provider: string) => string | undefined): Promise<void> {
    const personId = session.person.id;
    await this.unitOfWork.write(async (transaction) => {
      const rows = transaction.repository(ExternalIdentityEntity);
      const known = await rows.findOneBy({ id, personId });
      if (!known) throw notFound('connection');
      const person = await transaction.repository(PersonEntity).findOneByOrFail({ id: personId });
      if (person.passwordHash === noPassword && (await rows.countBy({ personId })) === 1) {
        const sentence = 'This is the only way for you to sign in. Get a password first: sign out and choose Forgot Password.';
        throw new PortalError('last-way-in', sentence, { status: 409 });
      }
      await rows.delete({ id });
      if (!(await rows.existsBy({ personId, provider: known.provider })))
        await this.grants.takeAll(transaction, accountOf(person), {
          id: known.provider,
          name: nameOf(known.provider) ?? known.issuer,
        });
      await this.record(transaction, person, known.issuer, 'disconnected', { label: known.label });
    });
  }

  /** Whether somebody has a password, and does not sign in by connected accounts alone. */
  async hasPassword(id: string): Promise<boolean> {
    const person = await this.unitOfWork.read((reader) => reader.repository(PersonEntity).findOneBy({ id }));
    return person !== null && person.passwordHash !== noPassword;
  }

  /** The accounts that somebody signs in by, the oldest connection first. */
  async of(personId: string): Promise<readonly Connection[]> {
    const rows = await this.unitOfWork.read((reader) =>
      reader.repository(ExternalIdentityEntity).find({ where: { personId }, order: { id: 'ASC' } }),
    );
    return rows.map(({ id, provider, issuer, label, createdAt, lastUsedAt }) => ({
      id,
      provider,
      issuer,
      label,
      createdAt: Number(createdAt),
      lastUsedAt: lastUsedAt === null ? undefined : Number(lastUsedAt),
    }));
  }

  private async connected(
    transaction: Transaction,
    provider: ExternalProvider,
    identity: ExternalIdentity,
  ): Promise<string | undefined> {
    const { issuer, subject } = identity;
    const rows = transaction.repository(ExternalIdentityEntity);
    const known = await rows.findOneBy({ issuer, subject });
    if (!known) return undefined;
    const lastUsedAt = this.clock.now().getTime();
    await rows.update({ id: known.id }, { provider: provider.id, label: labelOf(identity), lastUsedAt });
    return known.personId;
  }

  private async found(transaction: Transaction, provider: ExternalProvider, identity: ExternalIdentity): Promise<string> {
    const { email, emailVerified } = identity;
    if (email === undefined) {
      throw refusal(
        'external-address-unverified',
        `${provider.name} does not tell your email address. If you have an account here, sign in to it as before and connect ${provider.name} in My Account, under Connected Accounts.`,
      );
    }
    if (!emailVerified) {
      throw refusal(
        'external-address-unverified',
        `${provider.name} does not confirm that the address ${email} is yours. If you have an account here, sign in to it as before and connect ${provider.name} in My Account, under Connected Accounts.`,
      );
    }
    const account = this.directory.byEmail(email);
    if (!account && !provider.addsPeople) {
      throw refusal('external-account-missing', `There is no account here for ${email}. Ask an administrator for one.`);
    }
    const personId =
      account?.id ??
      (await this.accounts.addWithoutPassword(transaction, { email, name: (identity.name || email).slice(0, 200) }));
    await this.link(transaction, personId, provider, identity, account === undefined ? 'added' : 'connected');
    return personId;
  }

  private async link(
    transaction: Transaction,
    personId: string,
    provider: ExternalProvider,
    identity: ExternalIdentity,
    action: 'added' | 'connected' = 'connected',
  ): Promise<void> {
    const { issuer, subject } = identity;
    const now = this.clock.now().getTime();
    await transaction.repository(ExternalIdentityEntity).insert({
      id: this.ids.next(),
      issuer,
      subject,
      personId,
      provider: provider.id,
      label: labelOf(identity),
      createdAt: now,
      lastUsedAt: now,
    });
    const person = await transaction.repository(PersonEntity).findOneByOrFail({ id: personId });
    await this.record(transaction, person, issuer, action, { label: labelOf(identity), subject });
  }

  private record(
    transaction: Transaction,
    { id, email, name }: PersonEntity,
    issuer: string,
    action: 'added' | 'connected' | 'disconnected',
    after: object,
  ): Promise<void> {
    return this.audit.record(transaction, {
      area: 'security',
      subject: email,
      attribute: issuer,
      scope: 'instance',
      action: `external-account-${action}`,
      after,
      about: id,
      by: { id, name },
      via: 'screen',
    });
  }
}

/** As far as roles need it: of whoever was added in this very transaction the directory knows nothing yet. */
function accountOf({ id, email, name }: PersonEntity): Pick<Account, 'id' | 'email' | 'name'> {
  return { id, email, name };
}

function labelOf({ email, name, subject }: ExternalIdentity): string {
  return (email ?? name ?? subject).slice(0, longestLabel);
}

function refusal(
  code: 'external-address-unverified' | 'external-account-missing' | 'external-account-disabled',
  sentence: string,
) {
  return new PortalError(code, sentence, { status: 403 });
}
