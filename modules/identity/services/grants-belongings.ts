import {
  inject,
  injectable,
  type ModuleBelongings,
  Permissions,
  type Reader,
  type RemovedModule,
  type Transaction,
  tokenId,
} from '@portico/core';
import { ApiTokenEntity } from '../entities/api-token-entity.js';
import { RolePermissionEntity } from '../entities/role-permission-entity.js';
import { RoleCatalog } from './role-catalog.js';

/** What roles and API tokens hold of the permissions of a module that is removed. */
@injectable()
export class GrantsBelongings implements ModuleBelongings {
  readonly kind = 'grants';

  constructor(@inject(RoleCatalog) private readonly roles: RoleCatalog) {}

  async namesOf(reader: Reader, module: RemovedModule): Promise<readonly string[]> {
    const { grants, tokens } = await heldOf(reader, module);
    return [
      ...grants.map(({ role, permission }) => `${permission} of the role ${role}`),
      ...tokens.flatMap(({ name, gone }) => gone.map((scope) => `${scope} of the API token ${name}`)),
    ];
  }

  async erase(transaction: Transaction, module: RemovedModule): Promise<void> {
    const { grants, tokens } = await heldOf(transaction, module);
    for (const { role, permission } of grants) await transaction.repository(RolePermissionEntity).delete({ role, permission });
    for (const { id, left } of tokens)
      await transaction.repository(ApiTokenEntity).update({ id }, { scopes: JSON.stringify(left) });
    await this.roles.publish(transaction);
  }
}

interface Held {
  readonly grants: readonly RolePermissionEntity[];
  readonly tokens: readonly {
    readonly id: string;
    readonly name: string;
    readonly gone: readonly string[];
    readonly left: readonly string[];
  }[];
}

async function heldOf(reader: Pick<Reader, 'repository'>, module: RemovedModule): Promise<Held> {
  const declared = module.contributed(tokenId(Permissions));
  const isIts = (permission: string): boolean => declared.includes(permission) || permission.startsWith(`${module.id}.`);
  const grants = await reader.repository(RolePermissionEntity).find({ order: { permission: 'ASC', role: 'ASC' } });
  const tokens = await reader.repository(ApiTokenEntity).find({ order: { id: 'ASC' } });
  return {
    grants: grants.filter(({ permission }) => isIts(permission)),
    tokens: tokens
      .map(({ id, name, scopes }) => {
        const held = JSON.parse(scopes) as readonly string[];
        return { id, name, gone: held.filter(isIts), left: held.filter((scope) => !isIts(scope)) };
      })
      .filter(({ gone }) => gone.length > 0),
  };
}
