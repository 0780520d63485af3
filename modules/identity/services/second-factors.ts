import {
  type AuditPerson,
  type AuditVia,
  inject,
  injectable,
  notFound,
  PortalError,
  type Transaction,
  UnitOfWork,
} from '@portico/core';
import type { Account } from '../api/index.js';
import { AuthenticatorEntity } from '../entities/authenticator-entity.js';
import { PasskeyEntity } from '../entities/passkey-entity.js';
import { PersonEntity } from '../entities/person-entity.js';
import { RecoveryCodeEntity } from '../entities/recovery-code-entity.js';
import { AuthenticatorApp } from './authenticator-app.js';
import { type CheckedPasskey, Passkeys, type PasskeyView } from './passkeys.js';
import { type NewRecoveryCodes, RecoveryCodes } from './recovery-codes.js';
import { SecondFactorPolicy } from './second-factor-policy.js';
import { SecurityEntries } from './security-entries.js';
import { SessionStore } from './session-store.js';

/** What a person can show besides the password. */
export interface FactorKinds {
  readonly app: boolean;
  readonly passkeys: boolean;
}

/** The same with what its owner wants to know of it. */
export interface FactorState {
  /** Time at which the app was set up. */
  readonly appSince: number | undefined;
  readonly passkeys: readonly PasskeyView[];
  /** Recovery codes that were not used. */
  readonly codesLeft: number;
}

/** Asked in the transaction that adds a factor, before it does. It throws when that is not allowed any more. */
export type FactorGuard = (transaction: Transaction) => Promise<void>;

/**
 * The second factors of people, and the only place where they change. Each change is one transaction with its entry of the audit log. With the first
 * factor come recovery codes, in the same transaction; with the last one they go.
 */
@injectable()
export class SecondFactors {
  constructor(
    @inject(UnitOfWork) private readonly unitOfWork: UnitOfWork,
    @inject(AuthenticatorApp) private readonly app: AuthenticatorApp,
    @inject(Passkeys) private readonly passkeys: Passkeys,
    @inject(RecoveryCodes) private readonly codes: RecoveryCodes,
    @inject(SecondFactorPolicy) private readonly policy: SecondFactorPolicy,
    @inject(SecurityEntries) private readonly entries: SecurityEntries,
    @inject(SessionStore) private readonly sessions: SessionStore,
  ) {}

  kinds(personId: string): Promise<FactorKinds> {
    return this.unitOfWork.read(async (reader) => ({
      app: await reader.repository(AuthenticatorEntity).existsBy({ personId }),
      passkeys: await reader.repository(PasskeyEntity).existsBy({ personId }),
    }));
  }

  async state(personId: string): Promise<FactorState> {
    const passkeys = await this.passkeys.of(personId);
    return this.unitOfWork.read(async (reader) => {
      const row = await reader.repository(AuthenticatorEntity).findOneBy({ personId });
      return {
        appSince: row ? Number(row.createdAt) : undefined,
        passkeys,
        codesLeft: await this.codes.left(reader, personId),
      };
    });
  }

  /** What a password is checked against, for those who sign in without one. */
  async passwordHashOf(personId: string): Promise<string> {
    const row = await this.unitOfWork.read((reader) => reader.repository(PersonEntity).findOneBy({ id: personId }));
    return row?.passwordHash ?? '';
  }

  /** Answers recovery codes when there were none. @throws what `AuthenticatorApp.confirm` and the guard throw. */
  async setApp(person: Account, sealed: string, code: string, guard?: FactorGuard): Promise<readonly string[] | undefined> {
    const made = await this.codes.make();
    await this.app.ready();
    return this.unitOfWork.write(async (transaction) => {
      await guard?.(transaction);
      await this.app.confirm(transaction, person.id, sealed, code);
      await this.entries.record(transaction, person, { attribute: 'authenticator-app', action: 'set' });
      return this.firstCodes(transaction, person.id, made);
    });
  }

  /** Answers recovery codes when there were none. @throws what `Passkeys.insert` and the guard throw. */
  async addPasskey(person: Account, passkey: PasskeyEntity, guard?: FactorGuard): Promise<readonly string[] | undefined> {
    const made = await this.codes.make();
    return this.unitOfWork.write(async (transaction) => {
      await guard?.(transaction);
      await this.passkeys.insert(transaction, passkey);
      await this.entries.record(transaction, person, { attribute: 'passkey', action: 'set', after: { name: passkey.name } });
      return this.firstCodes(transaction, person.id, made);
    });
  }

  /** @throws PortalError `second-factor-required` (409) when a role of the person needs one and no other is left. */
  async removeApp(person: Account): Promise<void> {
    await this.unitOfWork.write(async (transaction) => {
      const { affected } = await transaction.repository(AuthenticatorEntity).delete({ personId: person.id });
      if (!affected) return;
      await this.entries.record(transaction, person, { attribute: 'authenticator-app', action: 'removed' });
      await this.tidyUp(transaction, person);
    });
  }

  /** @throws PortalError `not-found` (404), `second-factor-required` (409) as above. */
  async removePasskey(person: Account, id: string): Promise<void> {
    await this.unitOfWork.write(async (transaction) => {
      const name = await this.passkeys.remove(transaction, person.id, id);
      await this.entries.record(transaction, person, { attribute: 'passkey', action: 'removed', after: { name } });
      await this.tidyUp(transaction, person);
    });
  }

  /** Recovery codes that take the place of all others. @throws PortalError `not-found` (404) for who has no second factor. */
  async renewCodes(person: Account): Promise<readonly string[]> {
    const { app, passkeys } = await this.kinds(person.id);
    if (!app && !passkeys) throw notFound('second factor');
    const made = await this.codes.make();
    await this.unitOfWork.write(async (transaction) => {
      await this.codes.replace(transaction, person.id, made);
      await this.entries.record(transaction, person, { attribute: 'recovery-code', action: 'replaced' });
    });
    return made.codes;
  }

  /** Takes everything but the password from somebody, who is signed out everywhere. False when there was nothing. */
  removeAll(person: Account, by: AuditPerson, via: AuditVia): Promise<boolean> {
    return this.unitOfWork.write(async (transaction) => {
      const personId = person.id;
      const apps = await transaction.repository(AuthenticatorEntity).delete({ personId });
      const keys = await transaction.repository(PasskeyEntity).delete({ personId });
      await transaction.repository(RecoveryCodeEntity).delete({ personId });
      if (!apps.affected && !keys.affected) return false;
      await this.sessions.endAllOf(transaction, personId);
      await this.entries.record(transaction, person, { attribute: 'second-factors', action: 'removed', by, via });
      return true;
    });
  }

  /** Takes a code of the app; whether it was right stands in the audit log. */
  async useCode(person: Account, code: string): Promise<boolean> {
    await this.app.ready();
    return this.unitOfWork.write(async (transaction) => {
      const right = await this.app.use(transaction, person.id, code);
      await this.entries.record(transaction, person, { attribute: 'authenticator-app', action: right ? 'used' : 'failed' });
      return right;
    });
  }

  async useRecoveryCode(person: Account, code: string): Promise<boolean> {
    const found = await this.codes.find(person.id, code);
    return this.unitOfWork.write(async (transaction) => {
      const right = found !== undefined && (await this.codes.use(transaction, person.id, found));
      await this.entries.record(transaction, person, { attribute: 'recovery-code', action: right ? 'used' : 'failed' });
      return right;
    });
  }

  /** False when the counter of the key fell back. */
  usePasskey(person: Account, checked: CheckedPasskey): Promise<boolean> {
    return this.unitOfWork.write(async (transaction) => {
      const { name, counter: before } = checked.passkey;
      const right = await this.passkeys.use(transaction, checked);
      const after = right ? { name } : { name, counter: checked.counter, before: Number(before) };
      await this.entries.record(transaction, person, { attribute: 'passkey', action: right ? 'used' : 'refused', after });
      return right;
    });
  }

  private async firstCodes(
    transaction: Transaction,
    personId: string,
    made: NewRecoveryCodes,
  ): Promise<readonly string[] | undefined> {
    if (await transaction.repository(RecoveryCodeEntity).existsBy({ personId })) return undefined;
    await this.codes.replace(transaction, personId, made);
    return made.codes;
  }

  private async tidyUp(transaction: Transaction, person: Account): Promise<void> {
    const personId = person.id;
    const isLeft =
      (await transaction.repository(AuthenticatorEntity).existsBy({ personId })) ||
      (await transaction.repository(PasskeyEntity).existsBy({ personId }));
    if (isLeft) return;
    if (this.policy.requires(person)) {
      throw new PortalError('second-factor-required', 'A role of yours needs a second factor. Add another one first.', {
        status: 409,
      });
    }
    await transaction.repository(RecoveryCodeEntity).delete({ personId });
  }
}
