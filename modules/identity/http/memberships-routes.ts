import {
  AccessContexts,
  type HttpRoutes,
  inject,
  injectable,
  notFound,
  PortalError,
  type RoleName,
  type RouteContext,
  type Router,
  type Site,
} from '@portico/core';
import type { Account } from '../api/index.js';
import { AccountRepository } from '../services/account-repository.js';
import { GroupAdministration } from '../services/group-administration.js';
import { GroupRepository } from '../services/group-repository.js';
import { manageMemberships, managePeople } from '../services/identity-permissions.js';
import { PeopleAdministration } from '../services/people-administration.js';
import { PeopleList } from '../services/people-list.js';
import { Rights } from '../services/rights.js';
import { RolePlaces } from '../services/role-places.js';
import { formError } from './form-error.js';
import { type ListInput, listQuery, memberGroupRoleForm, memberRoleForm, newMemberForm, newMemberGroupForm } from './input.js';
import { peoplePage } from './people-page.js';
import { roleOptions } from './role-options.js';

const access = { permission: manageMemberships } as const;
const home = '~/identity/memberships';

/** What was tried and could not be done, shown with the forms again. */
interface Tried {
  readonly email?: string;
  readonly role?: string;
  readonly group?: string;
  readonly groupRole?: string;
  readonly error?: PortalError;
  readonly peopleHref?: string | undefined;
}

/** Site Memberships: who has which role in the current site, and in no other. */
@injectable()
export class MembershipsRoutes implements HttpRoutes {
  readonly prefix = home;

  constructor(
    @inject(AccountRepository) private readonly accounts: AccountRepository,
    @inject(PeopleAdministration) private readonly administration: PeopleAdministration,
    @inject(PeopleList) private readonly list: PeopleList,
    @inject(GroupAdministration) private readonly groupAdministration: GroupAdministration,
    @inject(GroupRepository) private readonly groups: GroupRepository,
    @inject(RolePlaces) private readonly places: RolePlaces,
    @inject(Rights) private readonly rights: Rights,
    @inject(AccessContexts) private readonly contexts: AccessContexts,
  ) {}

  register(router: Router): void {
    router.get('/', { access, query: listQuery }, (ctx) => this.show(ctx, ctx.input.query));

    router.post('/', { access, body: newMemberForm }, async (ctx) => {
      const { email, role } = ctx.input.body;
      const account = this.accounts.byEmail(email);
      if (!account) {
        const error = new PortalError('person-unknown', ctx.text('memberships.unknown'), { status: 400 });
        await this.show(ctx, {}, { email, role, error, peopleHref: this.peopleHref(ctx) });
        return;
      }
      await this.change(ctx, { email, role }, 'memberships.added', { name: account.name, role }, (site) =>
        this.administration.changeRole(ctx.access, account.id, role, site.id, true),
      );
    });

    router.post('/roles', { access, body: memberRoleForm }, async (ctx) => {
      const { person, role, intent } = ctx.input.body;
      // Only people of this site can be named here: others are none of its administrators' business.
      const account = this.accounts.byId(person);
      if (!account?.siteRoles[siteOf(ctx).id]) throw notFound('person');
      await this.change(ctx, {}, `memberships.${intent}`, { name: account.name, role }, (site) =>
        this.administration.changeRole(ctx.access, person, role, site.id, intent === 'grant'),
      );
    });

    router.post('/groups', { access, body: newMemberGroupForm }, async (ctx) => {
      const { group: name, role } = ctx.input.body;
      const group = this.groups.byName(name);
      if (!group) {
        const error = new PortalError('group-unknown', ctx.text('memberships.unknown-group'), { status: 400 });
        await this.show(ctx, {}, { group: name, groupRole: role, error });
        return;
      }
      await this.change(ctx, { group: name, groupRole: role }, 'memberships.group-added', { name: group.name, role }, (site) =>
        this.groupAdministration.changeRole(ctx.access, group.id, role, site.id, true),
      );
    });

    router.post('/groups/roles', { access, body: memberGroupRoleForm }, async (ctx) => {
      const { group: id, role, intent } = ctx.input.body;
      const group = this.groups.byId(id);
      if (!group?.siteRoles[siteOf(ctx).id]) throw notFound('group');
      await this.change(ctx, {}, `memberships.group-${intent}`, { name: group.name, role }, (site) =>
        this.groupAdministration.changeRole(ctx.access, id, role, site.id, intent === 'grant'),
      );
    });
  }

  /** A change that is not possible is said on the page. */
  private async change(
    ctx: RouteContext,
    typed: Tried,
    done: string,
    values: Readonly<Record<string, string>>,
    work: (site: Site) => Promise<void>,
  ): Promise<void> {
    try {
      await work(siteOf(ctx));
      ctx.redirectWith(home, ctx.text(done, values));
    } catch (error) {
      await this.show(ctx, {}, { ...typed, error: formError(error, 400, 403, 409) });
    }
  }

  /** Where somebody without an account gets one, for those who may add people. */
  private peopleHref({ access: { person, locale } }: RouteContext): string | undefined {
    return this.contexts.for(person, undefined, locale).can(managePeople) ? '/identity/users/new' : undefined;
  }

  private async show(ctx: RouteContext, input: ListInput, tried: Tried = {}): Promise<void> {
    const site = siteOf(ctx);
    const { people, ...list } = await peoplePage(ctx, this.list, input, { name: 'members', siteId: site.id });
    const groups = this.groups.inSite(site.id);
    const { error } = tried;
    const isOfPerson = tried.email !== undefined;
    const isOfGroup = tried.group !== undefined;
    const model = {
      site,
      ...list,
      members: people.map((account) => ({
        id: account.id,
        name: account.name,
        email: account.email,
        active: account.active,
        roles: this.rolesOf(ctx, account, site.id),
      })),
      groups: groups.map((group) => ({
        id: group.id,
        name: group.name,
        people: this.groups.size(group.id),
        roles: (group.siteRoles[site.id] ?? []).map((role) => ({ role, mayChange: this.mayGrant(ctx, role, site.id) })),
      })),
      email: tried.email,
      role: tried.role ?? 'Author',
      group: tried.group,
      groupRole: tried.groupRole ?? 'Author',
      emailError: isOfPerson ? error?.message : undefined,
      groupError: isOfGroup ? error?.message : undefined,
      error: isOfPerson || isOfGroup ? undefined : error?.message,
      peopleHref: tried.peopleHref,
      siteRoles: roleOptions(this.places.namesFor('site'), (role) => this.mayGrant(ctx, role, site.id)),
    };
    ctx.render('memberships', model, { title: ctx.text('memberships.title'), status: error?.status ?? 200 });
  }

  private rolesOf(ctx: RouteContext, { ownSiteRoles, siteRoles, groups }: Account, siteId: string): readonly object[] {
    return (siteRoles[siteId] ?? []).map((role) => ({
      role,
      mayChange: (ownSiteRoles[siteId]?.includes(role) ?? false) && this.mayGrant(ctx, role, siteId),
      through: groups
        .flatMap((id) => this.groups.byId(id) ?? [])
        .filter((group) => group.siteRoles[siteId]?.includes(role))
        .map(({ name }) => name)
        .join(', '),
    }));
  }

  private mayGrant({ access: who }: RouteContext, role: RoleName, siteId: string): boolean {
    return this.rights.mayGrant(who, { role, siteId });
  }
}

function siteOf({ access: { site } }: RouteContext): Site {
  if (!site) throw notFound('site');
  return site;
}
