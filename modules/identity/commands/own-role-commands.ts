import { AccessContexts, type Command, type CommandCall, inject, injectable, MessageCatalog, PortalError } from '@portico/core';
import type { Role } from '../api/index.js';
import { RoleAdministration } from '../services/role-administration.js';
import { RoleCatalog } from '../services/role-catalog.js';
import { descriptionOption, json, jsonText, named, removeWhenConfirmed, yes } from './account-option.js';

const roleName = named('role');
const permission = { name: 'permission', value: 'id', description: 'Id of the permission.', required: true };

@injectable()
export class ListRoles implements Command {
  readonly name = 'roles list';
  readonly summary = 'List roles with what they may: those that every portal has, then those made here.';
  readonly options = [json];

  constructor(@inject(RoleCatalog) private readonly catalog: RoleCatalog) {}

  async run(call: CommandCall): Promise<void> {
    const roles = this.catalog.all().map(({ name, description, isBuiltIn, places }) => ({
      name,
      description,
      isBuiltIn,
      places,
      permissions: this.catalog
        .allGrants()
        .filter((grant) => grant.roles.has(name))
        .map((grant) => grant.permission.id)
        .sort(),
    }));
    if (call.options.json) return call.print(jsonText(roles));
    for (const { name, isBuiltIn, permissions } of roles)
      call.print(`${name}${isBuiltIn ? '' : '  (made here)'}  ${permissions.length} permissions`);
  }
}

@injectable()
export class ListPermissions implements Command {
  readonly name = 'permissions list';
  readonly summary =
    'List permissions with where they have force, how they reach further than it seems, and the roles that hold them.';
  readonly options = [json];

  constructor(
    @inject(RoleCatalog) private readonly catalog: RoleCatalog,
    @inject(MessageCatalog) private readonly messages: MessageCatalog,
  ) {}

  async run(call: CommandCall): Promise<void> {
    const permissions = this.catalog.allGrants().map(({ permission: { id, scope, label, powerful }, module, roles }) => ({
      id,
      label: this.messages.for(module).text(label),
      scope,
      ...(powerful !== undefined && { powerful: this.messages.for(module).text(powerful) }),
      roles: [...roles],
    }));
    if (call.options.json) return call.print(jsonText(permissions));
    for (const { id, scope, powerful, roles } of permissions)
      call.print(`${id}  ${scope}${powerful === undefined ? '' : '  (powerful)'}  ${roles.join(', ')}`);
  }
}

@injectable()
export class AddRole implements Command {
  readonly name = 'roles add';
  readonly summary = 'Make a role.';
  readonly options = [
    roleName,
    descriptionOption,
    { name: 'permissions', value: 'ids', description: 'Ids of permissions that it holds, with commas.' },
  ];

  constructor(
    @inject(RoleAdministration) private readonly administration: RoleAdministration,
    @inject(RoleCatalog) private readonly catalog: RoleCatalog,
    @inject(AccessContexts) private readonly contexts: AccessContexts,
  ) {}

  async run(call: CommandCall): Promise<void> {
    const { name, description = '', permissions = '' } = call.options;
    const ids = String(permissions)
      .split(',')
      .map((id) => id.trim())
      .filter(Boolean);
    const unknown = ids.find((id) => !this.catalog.grant(id));
    if (unknown !== undefined) throw new PortalError('permission-unknown', `There is no permission ${unknown}.`, { status: 404 });
    const facts = { name: String(name), description: String(description) };
    const role = await this.administration.add(this.contexts.system(), facts, new Set(ids));
    call.print(`Made the role ${role.name}.`);
  }
}

@injectable()
export class RenameRole implements Command {
  readonly name = 'roles rename';
  readonly summary = 'Give a role that was made here another name; whoever has it keeps it.';
  readonly options = [roleName, { name: 'to', value: 'name', description: 'The new name.', required: true }];

  constructor(
    @inject(RoleAdministration) private readonly administration: RoleAdministration,
    @inject(RoleCatalog) private readonly catalog: RoleCatalog,
    @inject(AccessContexts) private readonly contexts: AccessContexts,
  ) {}

  async run(call: CommandCall): Promise<void> {
    const role = roleOf(this.catalog, call);
    const facts = { name: String(call.options.to), description: role.description };
    await this.administration.change(this.contexts.system(), role, facts);
    call.print(`${role.name} is now ${this.catalog.byId(role.id)?.name}.`);
  }
}

@injectable()
export class RemoveRole implements Command {
  readonly name = 'roles remove';
  readonly summary = 'Remove a role that was made here; says who has it, and asks once on a terminal.';
  readonly options = [roleName, yes];

  constructor(
    @inject(RoleAdministration) private readonly administration: RoleAdministration,
    @inject(RoleCatalog) private readonly catalog: RoleCatalog,
    @inject(AccessContexts) private readonly contexts: AccessContexts,
  ) {}

  async run(call: CommandCall): Promise<number> {
    const role = roleOf(this.catalog, call);
    const { people, groups, services, places } = await this.administration.holders(role, this.contexts.system());
    const holders = [
      ...people.map(({ email }) => email),
      ...groups.map(({ name }) => `the group ${name}`),
      ...services.map(({ name }) => `the service account ${name}`),
      ...places,
    ];
    const held = holders.length === 0 ? 'Nobody has it.' : `These lose it: ${holders.slice(0, 20).join(', ')}.`;
    return removeWhenConfirmed(call, `Remove the role ${role.name}? ${held}`, async () => {
      await this.administration.remove(this.contexts.system(), role);
      call.print(`The role ${role.name} is removed.`);
    });
  }
}

/** Giving and taking a permission differ in one word. */
abstract class DecidePermission implements Command {
  abstract readonly name: string;
  abstract readonly summary: string;
  readonly options = [roleName, permission];

  constructor(
    private readonly administration: RoleAdministration,
    private readonly catalog: RoleCatalog,
    private readonly contexts: AccessContexts,
  ) {}

  async run(call: CommandCall): Promise<void> {
    const role = roleOf(this.catalog, call);
    const id = String(call.options.permission);
    await this.administration.decideOne(this.contexts.system(), role, id, this.granted);
    call.print(`${role.name} ${this.granted ? 'has' : 'no longer has'} ${id}.`);
  }

  protected abstract readonly granted: boolean;
}

@injectable()
export class AllowPermission extends DecidePermission {
  readonly name = 'roles allow';
  readonly summary = 'Give a role a permission.';
  protected readonly granted = true;

  constructor(
    @inject(RoleAdministration) administration: RoleAdministration,
    @inject(RoleCatalog) catalog: RoleCatalog,
    @inject(AccessContexts) contexts: AccessContexts,
  ) {
    super(administration, catalog, contexts);
  }
}

@injectable()
export class DenyPermission extends DecidePermission {
  readonly name = 'roles deny';
  readonly summary = 'Take a permission from a role.';
  protected readonly granted = false;

  constructor(
    @inject(RoleAdministration) administration: RoleAdministration,
    @inject(RoleCatalog) catalog: RoleCatalog,
    @inject(AccessContexts) contexts: AccessContexts,
  ) {
    super(administration, catalog, contexts);
  }
}

/** @throws PortalError `role-unknown` (404). */
function roleOf(catalog: RoleCatalog, call: CommandCall): Role {
  const name = String(call.options.name);
  const role = catalog.byName(name);
  if (!role) throw new PortalError('role-unknown', `There is no role ${name}.`, { status: 404 });
  return role;
}
