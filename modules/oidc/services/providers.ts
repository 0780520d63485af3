import {
  type AccessContext,
  AuditLog,
  Clock,
  HostConfig,
  inject,
  injectable,
  invalidInput,
  Messages,
  notFound,
  type Person,
  type Reader,
  type RoleName,
  type RoleReference,
  SecretBox,
  type SecretStore,
  type StoredSecret,
  type Transaction,
  UnitOfWork,
} from '@portico/core';
import { type ExternalProvider, ExternalSignIn, type GroupRole } from '@portico/identity/api';
import { ProviderEntity } from '../entities/provider-entity.js';
import { checkedFacts, type ProviderFacts } from './provider-facts.js';

/** A provider as the portal uses it: the same object until something of it changes. */
export interface Provider extends ProviderFacts {
  readonly id: string;
  readonly enabled: boolean;
  /** Whether there is a secret; `clientSecret` gives it. */
  readonly hasSecret: boolean;
  readonly changedAt: number;
  readonly changedBy: string;
}

/** Addresses of a provider at this portal, to be registered there. */
export interface ProviderAddresses {
  readonly callback: string;
  readonly backChannelLogout: string;
  /** Where somebody comes back to after signing out there. */
  readonly afterSignOut: string;
}

/** A secret as a form sends it: undefined keeps what is there. */
export type SecretChange = string | undefined;

/**
 * The providers, in memory as on disk. Each change is one transaction with its entry of the audit log. Whoever may change them decides who gets in, and
 * as whom: a provider that vouches for any address is any person. Its secret is sealed, is shown to nobody and stands in no entry.
 */
@injectable()
export class Providers implements SecretStore, RoleReference {
  private byId = new Map<string, { readonly provider: Provider; readonly sealed: string | undefined }>();

  constructor(
    @inject(UnitOfWork) private readonly unitOfWork: UnitOfWork,
    @inject(Clock) private readonly clock: Clock,
    @inject(SecretBox) private readonly box: SecretBox,
    @inject(AuditLog) private readonly audit: AuditLog,
    @inject(ExternalSignIn) private readonly signIn: ExternalSignIn,
    @inject(HostConfig) private readonly config: HostConfig,
    @inject(Messages) private readonly messages: Messages,
  ) {}

  async load(reader: Reader): Promise<void> {
    const rows = await reader.repository(ProviderEntity).find();
    this.byId = new Map(rows.map((row) => [row.id, { provider: providerOf(row), sealed: row.clientSecret ?? undefined }]));
  }

  /** By name. */
  all(): readonly Provider[] {
    return [...this.byId.values()]
      .map(({ provider }) => provider)
      .sort((a, b) => a.name.localeCompare(b.name) || a.id.localeCompare(b.id));
  }

  find(id: string): Provider | undefined {
    return this.byId.get(id)?.provider;
  }

  /** @throws PortalError `not-found` (404). */
  get(id: string): Provider {
    const provider = this.find(id);
    if (!provider) throw notFound('provider');
    return provider;
  }

  /** @throws PortalError `secret-unreadable` when it was sealed under another master key. */
  clientSecret(id: string): string | undefined {
    const sealed = this.byId.get(id)?.sealed;
    return sealed === undefined ? undefined : this.box.open(sealed, placeOf(id));
  }

  addresses(id: string): ProviderAddresses {
    const base = `${this.config.publicUrl}/sign-in`;
    return {
      callback: `${base}/oidc/${id}/callback`,
      backChannelLogout: `${base}/oidc/${id}/back-channel-logout`,
      afterSignOut: base,
    };
  }

  /**
   * Adds a provider, or changes it.
   * @throws PortalError `invalid-input` (400) with fields.
   */
  async save(id: string, typed: ProviderFacts, secret: SecretChange, by: Person): Promise<Provider> {
    const facts = checkedFacts(typed);
    const taken = this.all().find((other) => other.id !== id && other.name.toLowerCase() === facts.name.toLowerCase());
    if (taken) throw invalidInput({ name: `There is already a provider ${taken.name}.` });
    await this.unitOfWork.write(async (transaction) => {
      const former = await transaction.repository(ProviderEntity).findOneBy({ id });
      // Whoever may name another issuer, and was never shown the secret, must not have it sent there.
      if (former?.clientSecret && secret === undefined && former.issuer !== facts.issuer)
        throw invalidInput({ clientSecret: 'Enter the client secret again: the one that is kept is for the former issuer.' });
      const row = Object.assign(new ProviderEntity(), {
        id,
        ...facts,
        groupRoles: JSON.stringify(facts.groupRoles),
        clientSecret: secret === undefined ? (former?.clientSecret ?? null) : this.box.seal(secret, placeOf(id)),
        enabled: former?.enabled ?? true,
        changedAt: this.clock.now().getTime(),
        changedBy: by.name || by.email,
      });
      await transaction.repository(ProviderEntity).save(row);
      await this.record(transaction, by, facts.name, {
        action: former ? 'changed' : 'added',
        ...(former && { before: toldOf(providerOf(former)) }),
        after: toldOf(facts),
      });
      if (secret !== undefined)
        await this.record(transaction, by, facts.name, {
          attribute: 'clientSecret',
          action: former?.clientSecret ? 'replaced' : 'set',
        });
      this.publish(transaction, row);
    });
    return this.get(id);
  }

  /** Nobody signs in by it any more; sessions that are there go on. @throws PortalError `not-found` (404). */
  async setEnabled(id: string, enabled: boolean, by: Person): Promise<void> {
    const { name } = this.get(id);
    await this.unitOfWork.write(async (transaction) => {
      const rows = transaction.repository(ProviderEntity);
      const row = await rows.findOneBy({ id });
      if (!row) throw notFound('provider');
      if (row.enabled === enabled) return;
      row.enabled = enabled;
      await rows.save(row);
      await this.record(transaction, by, name, { action: enabled ? 'enabled' : 'disabled' });
      this.publish(transaction, row);
    });
  }

  /** Ends its sessions and takes the roles that it gave. @throws PortalError `not-found` (404). */
  async remove(id: string, by: Person): Promise<void> {
    const { name } = this.get(id);
    await this.unitOfWork.write(async (transaction) => {
      const { affected } = await transaction.repository(ProviderEntity).delete({ id });
      if (affected === 0) throw notFound('provider');
      await this.signIn.providerRemoved(transaction, externalId(id));
      await this.record(transaction, by, name, { action: 'removed' });
      transaction.afterCommit(() => void this.byId.delete(id));
    });
  }

  /** How many people sign in by it. */
  people(id: string): Promise<number> {
    return this.signIn.connectedPeople(externalId(id));
  }

  async list(): Promise<readonly StoredSecret[]> {
    return [...this.byId.values()].flatMap(({ provider: { id, name, changedAt, changedBy }, sealed }) =>
      sealed === undefined
        ? []
        : [
            {
              id,
              name: `oidc.${name}.clientSecret`,
              scope: 'instance',
              setBy: changedBy,
              setAt: new Date(changedAt),
              sealed,
              readable: this.isReadable(id),
            },
          ],
    );
  }

  reseal(id: string): Promise<boolean> {
    return this.unitOfWork.write(async (transaction) => {
      const rows = transaction.repository(ProviderEntity);
      const row = await rows.findOneBy({ id });
      if (!row?.clientSecret || this.box.isCurrent(row.clientSecret)) return true;
      try {
        row.clientSecret = this.box.seal(this.box.open(row.clientSecret, placeOf(id)), placeOf(id));
      } catch {
        return false;
      }
      await rows.save(row);
      this.publish(transaction, row);
      return true;
    });
  }

  async usesOf(_reader: Reader, role: RoleName, { locale }: AccessContext): Promise<readonly string[]> {
    return this.all()
      .filter(({ groupRoles }) => groupRoles.some((each) => each.role === role))
      .map(({ name }) => this.messages.text('roles.used-by', { name }, locale));
  }

  renamed(transaction: Transaction, before: RoleName, after: RoleName): Promise<void> {
    return this.mapRoles(transaction, (given) => (given.role === before ? [{ ...given, role: after }] : [given]));
  }

  removed(transaction: Transaction, role: RoleName): Promise<void> {
    return this.mapRoles(transaction, (given) => (given.role === role ? [] : [given]));
  }

  private async mapRoles(transaction: Transaction, map: (given: GroupRole) => readonly GroupRole[]): Promise<void> {
    const rows = transaction.repository(ProviderEntity);
    for (const row of await rows.find()) {
      const groupRoles = JSON.stringify((JSON.parse(row.groupRoles) as readonly GroupRole[]).flatMap(map));
      if (groupRoles === row.groupRoles) continue;
      await rows.update({ id: row.id }, { groupRoles });
      this.publish(transaction, Object.assign(row, { groupRoles }));
    }
  }

  private isReadable(id: string): boolean {
    try {
      this.clientSecret(id);
      return true;
    } catch {
      return false;
    }
  }

  private publish(transaction: Transaction, row: ProviderEntity): void {
    const kept = { provider: providerOf(row), sealed: row.clientSecret ?? undefined };
    transaction.afterCommit(() => void this.byId.set(row.id, kept));
  }

  private record(
    transaction: Transaction,
    by: Person,
    subject: string,
    change: { readonly action: string; readonly attribute?: string; readonly before?: unknown; readonly after?: unknown },
  ): Promise<void> {
    return this.audit.record(transaction, {
      area: 'oidc',
      subject,
      scope: 'instance',
      by: { id: by.id, name: by.name || by.email },
      ...change,
    });
  }
}

/** Under which identity knows a provider. */
export function externalId(id: string): string {
  return `oidc/${id}`;
}

export function externalProvider({ id, name, addsPeople, countsAsSecondFactor, groupRoles }: Provider): ExternalProvider {
  return { id: externalId(id), name, addsPeople, countsAsSecondFactor, groupRoles };
}

function placeOf(id: string): string {
  return `oidc/${id}/client-secret`;
}

function providerOf(row: ProviderEntity): Provider {
  const { clientSecret, groupRoles, changedAt, ...facts } = row;
  return {
    ...facts,
    groupRoles: JSON.parse(groupRoles) as readonly GroupRole[],
    hasSecret: clientSecret !== null,
    changedAt: Number(changedAt),
  };
}

function toldOf({
  name,
  issuer,
  clientId,
  scopes,
  groupsClaim,
  groupRoles,
  addsPeople,
  countsAsSecondFactor,
}: ProviderFacts): object {
  return { name, issuer, clientId, scopes, groupsClaim, groupRoles, addsPeople, countsAsSecondFactor };
}
