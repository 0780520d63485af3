import {
  AccessContexts,
  type Command,
  type CommandCall,
  inject,
  injectable,
  optional,
  PortalError,
  type ServiceHandle,
  SiteDirectory,
} from '@portico/core';
import { ApiTokenRepository } from '../services/api-token-repository.js';
import type { ServiceAccount } from '../services/directory.js';
import type { RoleInPlace } from '../services/rights.js';
import { ServiceAccountRepository } from '../services/service-account-repository.js';
import {
  addressOf,
  byCommand,
  descriptionOption,
  json,
  jsonText,
  named,
  placeOf,
  removeWhenConfirmed,
  roleInPlace,
  rolesText,
  yes,
} from './account-option.js';

const serviceName = named('service account');

@injectable()
export class ListServiceAccounts implements Command {
  readonly name = 'service-accounts list';
  readonly summary = 'List the accounts of programs with their roles, by name.';
  readonly whenEmpty = 'There is no service account.';
  readonly options = [json];

  constructor(
    @inject(ServiceAccountRepository) private readonly services: ServiceAccountRepository,
    @inject(ApiTokenRepository) private readonly tokens: ApiTokenRepository,
    @inject(optional(SiteDirectory)) private readonly sites: ServiceHandle<SiteDirectory>,
  ) {}

  async run(call: CommandCall): Promise<void> {
    const all = this.services.all();
    if (call.options.json) return call.print(jsonText(all.map((service) => this.facts(service))));
    for (const service of all) {
      const state = service.active ? '' : '  disabled';
      call.print(`${service.name}  ${this.tokens.of(service.id).length} tokens  ${rolesText(this.sites, service)}${state}`);
    }
  }

  private facts({ name, description, active, createdAt, roles, siteRoles, id }: ServiceAccount): object {
    const inSites = Object.entries(siteRoles).map(([site, names]) => [addressOf(this.sites, site), names]);
    return {
      name,
      description,
      active,
      createdAt: createdAt.toISOString(),
      roles,
      siteRoles: Object.fromEntries(inSites),
      tokens: this.tokens.of(id).length,
    };
  }
}

@injectable()
export class AddServiceAccount implements Command {
  readonly name = 'service-accounts add';
  readonly summary = 'Make an account for a program, which has roles and API tokens and signs in nowhere.';
  readonly options = [serviceName, descriptionOption];

  constructor(@inject(ServiceAccountRepository) private readonly services: ServiceAccountRepository) {}

  async run(call: CommandCall): Promise<void> {
    const { name, description = '' } = call.options;
    const service = await this.services.add({ name: String(name), description: String(description) });
    call.print(`Made the service account ${service.name}.`);
  }
}

@injectable()
export class RemoveServiceAccount implements Command {
  readonly name = 'service-accounts remove';
  readonly summary = 'Remove a service account; its tokens end at once. Asks once on a terminal.';
  readonly options = [serviceName, yes];

  constructor(
    @inject(ServiceAccountRepository) private readonly services: ServiceAccountRepository,
    @inject(ApiTokenRepository) private readonly tokens: ApiTokenRepository,
  ) {}

  async run(call: CommandCall): Promise<number> {
    const service = serviceOf(this.services, call.options.name);
    const question = `Remove the service account ${service.name}? ${this.tokens.of(service.id).length} tokens end at once.`;
    return removeWhenConfirmed(call, question, async () => {
      await this.services.remove(service.id, byCommand);
      call.print(`The service account ${service.name} is removed.`);
    });
  }
}

/** Granting and revoking differ in one word. */
abstract class ChangeServiceRole implements Command {
  abstract readonly name: string;
  abstract readonly summary: string;
  readonly options = [serviceName, ...roleInPlace];

  constructor(
    protected readonly services: ServiceAccountRepository,
    private readonly contexts: AccessContexts,
  ) {}

  async run(call: CommandCall): Promise<void> {
    const service = serviceOf(this.services, call.options.name);
    const { place, text } = placeOf(this.contexts, call);
    await this.change(service.id, place);
    call.print(`${service.name}: ${this.done} ${text}.`);
  }

  protected abstract readonly done: string;
  protected abstract change(id: string, place: RoleInPlace): Promise<void>;
}

@injectable()
export class GrantServiceRole extends ChangeServiceRole {
  readonly name = 'service-accounts grant';
  readonly summary = 'Grant a role to a service account, on the instance or in a site.';
  protected readonly done = 'is now';

  constructor(
    @inject(ServiceAccountRepository) services: ServiceAccountRepository,
    @inject(AccessContexts) contexts: AccessContexts,
  ) {
    super(services, contexts);
  }

  protected change(id: string, place: RoleInPlace): Promise<void> {
    return this.services.grant(id, place);
  }
}

@injectable()
export class RevokeServiceRole extends ChangeServiceRole {
  readonly name = 'service-accounts revoke';
  readonly summary = 'Take a role from a service account, on the instance or in a site.';
  protected readonly done = 'is no longer';

  constructor(
    @inject(ServiceAccountRepository) services: ServiceAccountRepository,
    @inject(AccessContexts) contexts: AccessContexts,
  ) {
    super(services, contexts);
  }

  protected change(id: string, place: RoleInPlace): Promise<void> {
    return this.services.revoke(id, place);
  }
}

/** Enabling and disabling differ in one word. */
abstract class SwitchServiceAccount implements Command {
  abstract readonly name: string;
  abstract readonly summary: string;
  readonly options = [serviceName];

  constructor(private readonly services: ServiceAccountRepository) {}

  async run(call: CommandCall): Promise<void> {
    const service = serviceOf(this.services, call.options.name);
    await this.services.setActive(service.id, this.active);
    call.print(`The service account ${service.name} is ${this.active ? 'enabled' : 'disabled: its tokens are refused'}.`);
  }

  protected abstract readonly active: boolean;
}

@injectable()
export class EnableServiceAccount extends SwitchServiceAccount {
  readonly name = 'service-accounts enable';
  readonly summary = 'Enable a service account, whose tokens then work again.';
  protected readonly active = true;

  constructor(@inject(ServiceAccountRepository) services: ServiceAccountRepository) {
    super(services);
  }
}

@injectable()
export class DisableServiceAccount extends SwitchServiceAccount {
  readonly name = 'service-accounts disable';
  readonly summary = 'Disable a service account: its tokens are refused at once.';
  protected readonly active = false;

  constructor(@inject(ServiceAccountRepository) services: ServiceAccountRepository) {
    super(services);
  }
}

/** @throws PortalError `service-account-unknown` (404). */
export function serviceOf(services: ServiceAccountRepository, name: unknown): ServiceAccount {
  const service = services.byName(String(name));
  if (service) return service;
  throw new PortalError('service-account-unknown', `There is no service account ${String(name)}.`, { status: 404 });
}
