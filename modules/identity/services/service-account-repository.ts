import { AuditLog, Clock, Ids, inject, injectable, notFound, PortalError, type Transaction, UnitOfWork } from '@portico/core';
import { foldText } from '@portico/core/util';
import { ServiceAccountEntity, ServiceAccountRoleEntity } from '../entities/service-account-entities.js';
import { checkedFacts, type TitleAndDescription } from './account-rules.js';
import { ApiTokenRepository } from './api-token-repository.js';
import { Directory, type ServiceAccount } from './directory.js';
import type { Ending } from './person-access.js';
import type { RoleInPlace } from './rights.js';
import { RolePlaces } from './role-places.js';

/** Asked in the transaction, when what it asks about does not change any more. It throws when the change is not allowed. */
export type ServiceGuard = (service: ServiceAccount) => void;

/** So many that a list of all is still one page. */
const mostServices = 200;

/**
 * The only place where accounts of programs change. Each change is one transaction with its entry of the audit log; with its commit the directory has
 * what it left, so that the next request of the program is decided by it. Tokens are made and revoked by `ApiTokenRepository`; here they end with their
 * account. Nobody signs in with such an account, and it is not counted among the administrators of whom one must stay.
 */
@injectable()
export class ServiceAccountRepository {
  constructor(
    @inject(Clock) private readonly clock: Clock,
    @inject(Ids) private readonly ids: Ids,
    @inject(UnitOfWork) private readonly unitOfWork: UnitOfWork,
    @inject(AuditLog) private readonly audit: AuditLog,
    @inject(Directory) private readonly directory: Directory,
    @inject(RolePlaces) private readonly places: RolePlaces,
    @inject(ApiTokenRepository) private readonly tokens: ApiTokenRepository,
  ) {}

  byId(id: string): ServiceAccount | undefined {
    return this.directory.service(id);
  }

  /** By its name, however that is spelled. */
  byName(name: string): ServiceAccount | undefined {
    const key = foldText(name);
    for (const service of this.directory.allServices()) if (foldText(service.name) === key) return service;
    return undefined;
  }

  /** All of them, by name. */
  all(): readonly ServiceAccount[] {
    return [...this.directory.allServices()].sort((one, other) => one.name.localeCompare(other.name));
  }

  /** @throws PortalError `invalid-input` (400) with fields; `service-account-taken`, `too-many-service-accounts` (409). */
  async add(facts: TitleAndDescription): Promise<ServiceAccount> {
    const { name, description } = checkedFacts(facts);
    const row = Object.assign(new ServiceAccountEntity(), {
      id: this.ids.next(),
      name,
      nameKey: foldText(name),
      description,
      active: true,
      createdAt: this.clock.now().toISOString(),
    });
    await this.unitOfWork.write(async (transaction) => {
      const services = transaction.repository(ServiceAccountEntity);
      if ((await services.countBy({})) >= mostServices) throw tooMany();
      await checkFree(transaction, row);
      await services.insert(row);
      await this.record(transaction, row, { action: 'added', after: { description } });
      transaction.afterCommit(() => this.directory.putService(row, []));
    });
    return this.directory.service(row.id) as ServiceAccount;
  }

  /** @throws PortalError `invalid-input` (400) with fields; `service-account-taken` (409); `not-found` (404). */
  async change(id: string, facts: TitleAndDescription, guard?: ServiceGuard): Promise<void> {
    const { name, description } = checkedFacts(facts);
    await this.write(id, guard, async (transaction, service) => {
      if (service.name === name && service.description === description) return;
      const nameKey = foldText(name);
      await checkFree(transaction, { id, nameKey });
      await transaction.repository(ServiceAccountEntity).update({ id }, { name, nameKey, description });
      await this.record(
        transaction,
        { name },
        { action: 'changed', before: { name: service.name, description: service.description }, after: { name, description } },
      );
      await this.publish(transaction, id);
    });
  }

  /** Tokens of one that is switched off are refused, and taken again when it is switched on. @throws PortalError `not-found` (404). */
  async setActive(id: string, active: boolean, guard?: ServiceGuard): Promise<void> {
    await this.write(id, guard, async (transaction, service) => {
      if (service.active === active) return;
      await transaction.repository(ServiceAccountEntity).update({ id }, { active });
      await this.record(transaction, service, { action: active ? 'enabled' : 'disabled' });
      await this.publish(transaction, id);
    });
  }

  /** Granting twice is no error. @throws PortalError `invalid-input` (400) for a role that cannot be given there; `not-found` (404). */
  async grant(id: string, place: RoleInPlace, guard?: ServiceGuard): Promise<void> {
    const { role, siteId = '' } = this.places.checked(place);
    const given = { serviceId: id, siteId, role };
    await this.write(id, guard, async (transaction, service) => {
      if (await transaction.repository(ServiceAccountRoleEntity).existsBy(given)) return;
      await transaction.repository(ServiceAccountRoleEntity).insert(given);
      await this.record(transaction, service, { attribute: role, scope: siteId || 'instance', action: 'granted' });
      await this.publish(transaction, id);
    });
  }

  /** @throws PortalError `not-found` (404). */
  async revoke(id: string, { role, siteId = '' }: RoleInPlace, guard?: ServiceGuard): Promise<void> {
    const given = { serviceId: id, siteId, role: this.places.named(role) };
    await this.write(id, guard, async (transaction, service) => {
      if (!(await transaction.repository(ServiceAccountRoleEntity).existsBy(given))) return;
      await transaction.repository(ServiceAccountRoleEntity).delete(given);
      await this.record(transaction, service, { attribute: given.role, scope: siteId || 'instance', action: 'revoked' });
      await this.publish(transaction, id);
    });
  }

  /** Its tokens end at once; what it made stays. @throws PortalError `not-found` (404). */
  async remove(id: string, { by, via }: Ending, guard?: ServiceGuard): Promise<void> {
    await this.write(id, guard, async (transaction, service) => {
      const roles = await transaction.repository(ServiceAccountRoleEntity).findBy({ serviceId: id });
      await this.tokens.revokeAllOf(transaction, service, by, via);
      // Foreign keys would do it; not every database file has them switched on.
      await transaction.repository(ServiceAccountRoleEntity).delete({ serviceId: id });
      await transaction.repository(ServiceAccountEntity).delete({ id });
      await this.record(transaction, service, {
        action: 'removed',
        before: {
          description: service.description,
          roles: roles.map(({ role, siteId }) => ({ role, site: siteId || undefined })),
        },
      });
      transaction.afterCommit(() => this.directory.removeService(id));
    });
  }

  private async write(
    id: string,
    guard: ServiceGuard | undefined,
    work: (transaction: Transaction, service: ServiceAccount) => Promise<void>,
  ): Promise<void> {
    await this.unitOfWork.write(async (transaction) => {
      const service = this.directory.service(id);
      if (!service || !(await transaction.repository(ServiceAccountEntity).existsBy({ id }))) throw notFound('service account');
      guard?.(service);
      await work(transaction, service);
    });
  }

  private async publish(transaction: Transaction, id: string): Promise<void> {
    const row = await transaction.repository(ServiceAccountEntity).findOneByOrFail({ id });
    const roles = await transaction.repository(ServiceAccountRoleEntity).findBy({ serviceId: id });
    transaction.afterCommit(() => this.directory.putService(row, roles));
  }

  private record(
    transaction: Transaction,
    { name }: Pick<ServiceAccount, 'name'>,
    change: {
      readonly action: string;
      readonly attribute?: string;
      readonly scope?: string;
      readonly before?: unknown;
      readonly after?: unknown;
    },
  ): Promise<void> {
    return this.audit.record(transaction, { area: 'service-accounts', subject: name, scope: 'instance', ...change });
  }
}

async function checkFree(transaction: Transaction, { id, nameKey }: Pick<ServiceAccountEntity, 'id' | 'nameKey'>): Promise<void> {
  const same = await transaction.repository(ServiceAccountEntity).findOneBy({ nameKey });
  if (!same || same.id === id) return;
  const sentence = `There is already a service account ${same.name}.`;
  throw new PortalError('service-account-taken', sentence, { status: 409, details: { fields: { name: sentence } } });
}

function tooMany(): PortalError {
  const sentence = `There are ${mostServices} service accounts already. Remove one first.`;
  return new PortalError('too-many-service-accounts', sentence, { status: 409 });
}
