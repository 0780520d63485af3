import { type AccessContext, inject, injectable, notFound } from '@portico/core';
import type { TitleAndDescription } from './account-rules.js';
import type { NewApiToken } from './api-token.js';
import { ApiTokenRepository } from './api-token-repository.js';
import type { ServiceAccount } from './directory.js';
import { endingBy } from './person-access.js';
import { Rights, type RoleInPlace } from './rights.js';
import { ServiceAccountRepository } from './service-account-repository.js';

/**
 * What people who manage others may do with accounts of programs. Whoever has a token of one acts with all of its roles: so whoever makes a token, or
 * changes the account, must hold these, as with people and groups (`Rights`).
 */
@injectable()
export class ServiceAccountAdministration {
  constructor(
    @inject(ServiceAccountRepository) private readonly services: ServiceAccountRepository,
    @inject(ApiTokenRepository) private readonly tokens: ApiTokenRepository,
    @inject(Rights) private readonly rights: Rights,
  ) {}

  service(id: string): ServiceAccount {
    const service = this.services.byId(id);
    if (!service) throw notFound('service account');
    return service;
  }

  mayChange(access: AccessContext, service: ServiceAccount): boolean {
    return this.rights.mayActOn(access, service);
  }

  add(facts: TitleAndDescription): Promise<ServiceAccount> {
    return this.services.add(facts);
  }

  change(access: AccessContext, id: string, facts: TitleAndDescription): Promise<void> {
    return this.services.change(id, facts, this.guard(access));
  }

  setActive(access: AccessContext, id: string, active: boolean): Promise<void> {
    return this.services.setActive(id, active, this.guard(access));
  }

  changeRole(access: AccessContext, id: string, place: RoleInPlace, granted: boolean): Promise<void> {
    const guard = (): void => this.rights.requireGrant(access, place);
    return granted ? this.services.grant(id, place, guard) : this.services.revoke(id, place, guard);
  }

  remove(access: AccessContext, id: string): Promise<void> {
    return this.services.remove(id, endingBy(access), this.guard(access));
  }

  /** Answers the token, which nobody can be told a second time. */
  createToken(access: AccessContext, id: string, token: Omit<NewApiToken, 'scopes'>): Promise<string> {
    const { by, via } = endingBy(access);
    return this.tokens.createFor(this.service(id), token, by, via, () => this.rights.requireActOn(access, this.service(id)));
  }

  async revokeToken(access: AccessContext, id: string, token: string): Promise<void> {
    const { by, via } = endingBy(access);
    await this.tokens.revokeFor(this.service(id), token, by, via, () => this.rights.requireActOn(access, this.service(id)));
  }

  private guard(access: AccessContext) {
    return (service: ServiceAccount): void => this.rights.requireActOn(access, service);
  }
}
