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
import type { Group } from '../api/index.js';
import { AccountRepository } from '../services/account-repository.js';
import { GroupList } from '../services/group-list.js';
import { GroupRepository } from '../services/group-repository.js';
import type { RoleInPlace } from '../services/rights.js';
import {
  accountOf,
  addressOf,
  descriptionOption,
  email,
  json,
  jsonText,
  named,
  placeOf,
  removeWhenConfirmed,
  roleInPlace,
  rolesText,
  yes,
} from './account-option.js';

const groupName = named('group');

@injectable()
export class ListGroups implements Command {
  readonly name = 'groups list';
  readonly summary = 'List groups with how many people are in them and their roles, by name.';
  readonly whenEmpty = 'There is no group.';
  readonly options = [{ name: 'search', value: 'text', description: 'Part of a name or a description.' }, json];

  constructor(
    @inject(GroupList) private readonly list: GroupList,
    @inject(GroupRepository) private readonly groups: GroupRepository,
    @inject(optional(SiteDirectory)) private readonly sites: ServiceHandle<SiteDirectory>,
  ) {}

  async run(call: CommandCall): Promise<void> {
    const search = typeof call.options.search === 'string' ? call.options.search : undefined;
    const all: object[] = [];
    let after: string | undefined;
    do {
      const { groups, next } = await this.list.page({ search, after });
      for (const group of groups) {
        if (call.options.json) all.push(this.facts(group));
        else call.print(`${group.name}  ${this.groups.size(group.id)} people  ${rolesText(this.sites, group)}`);
      }
      after = next;
    } while (after !== undefined && !call.signal.aborted);
    if (call.options.json) call.print(jsonText(all));
  }

  private facts(group: Group): object {
    return {
      name: group.name,
      description: group.description,
      people: this.groups.members(group.id).map((person) => person.email),
      roles: group.roles,
      siteRoles: Object.fromEntries(Object.entries(group.siteRoles).map(([site, roles]) => [addressOf(this.sites, site), roles])),
    };
  }
}

@injectable()
export class AddGroup implements Command {
  readonly name = 'groups add';
  readonly summary = 'Make a group of people who have roles together.';
  readonly options = [groupName, descriptionOption];

  constructor(@inject(GroupRepository) private readonly groups: GroupRepository) {}

  async run(call: CommandCall): Promise<void> {
    const { name, description = '' } = call.options;
    const group = await this.groups.add({ name: String(name), description: String(description) });
    call.print(`Made the group ${group.name}.`);
  }
}

@injectable()
export class RemoveGroup implements Command {
  readonly name = 'groups remove';
  readonly summary = 'Remove a group; its people stay, without its roles. Asks once on a terminal.';
  readonly options = [groupName, yes];

  constructor(@inject(GroupRepository) private readonly groups: GroupRepository) {}

  async run(call: CommandCall): Promise<number> {
    const group = groupOf(this.groups, call);
    const question = `Remove the group ${group.name}? ${this.groups.size(group.id)} people are in it and lose what it gives.`;
    return removeWhenConfirmed(call, question, async () => {
      await this.groups.remove(group.id);
      call.print(`The group ${group.name} is removed.`);
    });
  }
}

/** Granting and revoking differ in one word. */
abstract class ChangeGroupRole implements Command {
  abstract readonly name: string;
  abstract readonly summary: string;
  readonly options = [groupName, ...roleInPlace];

  constructor(
    protected readonly groups: GroupRepository,
    private readonly contexts: AccessContexts,
  ) {}

  async run(call: CommandCall): Promise<void> {
    const group = groupOf(this.groups, call);
    const { place, text } = placeOf(this.contexts, call);
    await this.change(group.id, place);
    call.print(`${group.name}: ${this.done} ${text}.`);
  }

  protected abstract readonly done: string;
  protected abstract change(groupId: string, place: RoleInPlace): Promise<void>;
}

@injectable()
export class GrantGroupRole extends ChangeGroupRole {
  readonly name = 'groups grant';
  readonly summary = 'Grant a role to everybody in a group, on the instance or in a site.';
  protected readonly done = 'everybody in it is now';

  constructor(@inject(GroupRepository) groups: GroupRepository, @inject(AccessContexts) contexts: AccessContexts) {
    super(groups, contexts);
  }

  protected change(groupId: string, place: RoleInPlace): Promise<void> {
    return this.groups.grant(groupId, place);
  }
}

@injectable()
export class RevokeGroupRole extends ChangeGroupRole {
  readonly name = 'groups revoke';
  readonly summary = 'Take a role from a group, on the instance or in a site.';
  protected readonly done = 'nobody is by it any longer';

  constructor(@inject(GroupRepository) groups: GroupRepository, @inject(AccessContexts) contexts: AccessContexts) {
    super(groups, contexts);
  }

  protected change(groupId: string, place: RoleInPlace): Promise<void> {
    return this.groups.revoke(groupId, place);
  }
}

/** Adding and removing somebody differ in one word. */
abstract class ChangeGroupMember implements Command {
  abstract readonly name: string;
  abstract readonly summary: string;
  readonly options = [groupName, email];

  constructor(
    protected readonly groups: GroupRepository,
    private readonly accounts: AccountRepository,
  ) {}

  async run(call: CommandCall): Promise<void> {
    const group = groupOf(this.groups, call);
    const account = accountOf(this.accounts, call);
    await this.groups[this.change](group.id, account);
    call.print(`${account.email} is ${this.change === 'addMember' ? 'in' : 'no longer in'} the group ${group.name}.`);
  }

  protected abstract readonly change: 'addMember' | 'removeMember';
}

@injectable()
export class AddGroupMember extends ChangeGroupMember {
  readonly name = 'groups add-member';
  readonly summary = 'Put a person into a group.';
  protected readonly change = 'addMember';

  constructor(@inject(GroupRepository) groups: GroupRepository, @inject(AccountRepository) accounts: AccountRepository) {
    super(groups, accounts);
  }
}

@injectable()
export class RemoveGroupMember extends ChangeGroupMember {
  readonly name = 'groups remove-member';
  readonly summary = 'Take a person out of a group.';
  protected readonly change = 'removeMember';

  constructor(@inject(GroupRepository) groups: GroupRepository, @inject(AccountRepository) accounts: AccountRepository) {
    super(groups, accounts);
  }
}

/** @throws PortalError `group-unknown` (404). */
function groupOf(groups: GroupRepository, call: CommandCall): Group {
  const name = String(call.options.name);
  const group = groups.byName(name);
  if (!group) throw new PortalError('group-unknown', `There is no group ${name}.`, { status: 404 });
  return group;
}
