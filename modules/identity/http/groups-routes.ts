import { type HttpRoutes, inject, injectable, PortalError, type RouteContext, type Router } from '@portico/core';
import { chosenSorting, sortedListModel } from '@portico/core/util';
import type { Group } from '../api/index.js';
import { AccountRepository } from '../services/account-repository.js';
import { GroupAdministration } from '../services/group-administration.js';
import { GroupList, groupOrders } from '../services/group-list.js';
import { GroupRepository } from '../services/group-repository.js';
import { managePeople } from '../services/identity-permissions.js';
import { OwnSites } from '../services/own-sites.js';
import { PeopleList } from '../services/people-list.js';
import { Rights } from '../services/rights.js';
import { RolePlaces } from '../services/role-places.js';
import { formError } from './form-error.js';
import {
  type GroupsInput,
  groupForm,
  groupMemberForm,
  groupRoleForm,
  groupsQuery,
  idParams,
  type ListInput,
  listQuery,
  newGroupMemberForm,
} from './input.js';
import { peoplePage, peopleTabs } from './people-page.js';
import { roleOptions } from './role-options.js';

const access = { permission: managePeople } as const;
const home = '/identity/groups';

/** What was tried and could not be done, shown with the page again. */
interface Tried {
  readonly error?: PortalError;
  readonly name?: string;
  readonly description?: string;
  readonly email?: string;
}

/** Groups, under Users and Organizations: who is in them, and which roles that gives. */
@injectable()
export class GroupsRoutes implements HttpRoutes {
  readonly prefix = home;

  constructor(
    @inject(GroupAdministration) private readonly administration: GroupAdministration,
    @inject(GroupRepository) private readonly groups: GroupRepository,
    @inject(GroupList) private readonly list: GroupList,
    @inject(PeopleList) private readonly people: PeopleList,
    @inject(AccountRepository) private readonly accounts: AccountRepository,
    @inject(RolePlaces) private readonly places: RolePlaces,
    @inject(Rights) private readonly rights: Rights,
    @inject(OwnSites) private readonly ownSites: OwnSites,
  ) {}

  register(router: Router): void {
    router.get('/', { access, query: groupsQuery }, (ctx) => this.showList(ctx, ctx.input.query));
    router.get('/new', { access }, (ctx) => this.showNew(ctx));

    router.post('/new', { access, body: groupForm }, async (ctx) => {
      try {
        const group = await this.administration.add(ctx.input.body);
        ctx.redirectWith(`${home}/${group.id}`, ctx.text('groups.added', { name: group.name }));
      } catch (error) {
        this.showNew(ctx, { ...ctx.input.body, error: formError(error, 400, 403, 409) });
      }
    });

    router.get('/:id', { access, params: idParams, query: listQuery }, (ctx) =>
      this.show(ctx, this.administration.group(ctx.input.params.id), ctx.input.query),
    );

    router.post('/:id', { access, params: idParams, body: groupForm }, (ctx) =>
      this.change(ctx, 'groups.saved', ctx.input.body, (id) => this.administration.change(ctx.access, id, ctx.input.body)),
    );

    router.post('/:id/members', { access, params: idParams, body: newGroupMemberForm }, (ctx) => {
      const { email } = ctx.input.body;
      return this.change(ctx, 'groups.member-added', { email }, async (id) => {
        const account = this.accounts.byEmail(email);
        if (!account) throw new PortalError('person-unknown', ctx.text('memberships.unknown'), { status: 400 });
        await this.administration.changeMember(ctx.access, id, account, true);
      });
    });

    router.post('/:id/members/remove', { access, params: idParams, body: groupMemberForm }, (ctx) =>
      this.change(ctx, 'groups.member-removed', {}, async (id) => {
        const account = this.accounts.byId(ctx.input.body.person);
        if (account) await this.administration.changeMember(ctx.access, id, account, false);
      }),
    );

    router.post('/:id/roles', { access, params: idParams, body: groupRoleForm }, (ctx) => {
      const { role, site, intent } = ctx.input.body;
      return this.change(ctx, 'groups.saved', {}, (id) =>
        this.administration.changeRole(ctx.access, id, role, site || undefined, intent === 'grant'),
      );
    });

    router.get('/:id/remove', { access, params: idParams }, (ctx) =>
      this.showRemoval(ctx, this.administration.group(ctx.input.params.id)),
    );

    router.post('/:id/remove', { access, params: idParams }, async (ctx) => {
      const group = this.administration.group(ctx.input.params.id);
      try {
        await this.administration.remove(ctx.access, group.id);
        ctx.redirectWith(home, ctx.text('groups.removed', { name: group.name }));
      } catch (error) {
        this.showRemoval(ctx, group, formError(error, 400, 403, 409));
      }
    });
  }

  /** A change that is not possible is said on the group's page. */
  private async change(
    ctx: RouteContext<{ id: string }>,
    done: string,
    typed: Tried,
    work: (id: string) => Promise<void>,
  ): Promise<void> {
    const { id } = ctx.input.params;
    this.administration.group(id);
    try {
      await work(id);
      ctx.redirectWith(`${home}/${id}`, ctx.text(done));
    } catch (error) {
      await this.show(ctx, this.administration.group(id), {}, { ...typed, error: formError(error, 400, 403, 409) });
    }
  }

  private async showList(ctx: RouteContext, { q, after, before, ...wanted }: GroupsInput): Promise<void> {
    const sorting = chosenSorting(ctx, 'groups', groupOrders, wanted, 'name');
    const page = await this.list.page({ search: q, sorting, after, before });
    const model = sortedListModel(ctx, {
      keys: groupOrders,
      sorting,
      columns: ['name'],
      label: () => ctx.text('people.name'),
      query: { q },
      page,
      shown: page.groups.length,
    });
    const groups = page.groups.map((group) => ({
      id: group.id,
      name: group.name,
      description: group.description,
      people: this.groups.size(group.id),
      roles: [...new Set([...group.roles, ...Object.values(group.siteRoles).flat()])],
    }));
    ctx.render('groups', { ...model, q, groups, tabs: peopleTabs(ctx, 'groups') }, { title: ctx.text('people.title') });
  }

  private showNew(ctx: RouteContext, { error, ...tried }: Tried = {}): void {
    const model = { ...tried, errors: error?.details.fields ?? {}, error: error?.details.fields ? undefined : error?.message };
    ctx.render('new-group', model, { title: ctx.text('groups.new'), status: error?.status ?? 200 });
  }

  private async show(ctx: RouteContext, group: Group, input: ListInput, tried: Tried = {}): Promise<void> {
    const { error } = tried;
    const fields = (error?.details.fields ?? {}) as { readonly name?: string; readonly description?: string };
    const hasField = fields.name !== undefined || fields.description !== undefined;
    const { people, ...list } = await peoplePage(ctx, this.people, input, { name: 'group-members', groupId: group.id });
    const inSites = Object.entries(group.siteRoles).flatMap(([siteId, roles]) => {
      const name = this.ownSites.nameFor(ctx.access.person, siteId);
      return name === undefined ? [] : roles.map((role) => ({ role, siteId, site: name || ctx.text('people.unseen-site') }));
    });
    const given = [...group.roles.map((role) => ({ role, siteId: '', site: '' })), ...inSites];
    const instanceRoles = roleOptions(this.places.namesFor('instance'), (role) => this.rights.mayGrant(ctx.access, { role }));
    const model = {
      group,
      name: tried.name ?? group.name,
      description: tried.description ?? group.description,
      errors: fields,
      emailError: tried.email !== undefined && !hasField ? error?.message : undefined,
      error: tried.email === undefined && !hasField ? error?.message : undefined,
      email: tried.email,
      ...list,
      people,
      count: this.groups.size(group.id),
      roles: given.map((place) => ({
        ...place,
        mayChange: this.rights.mayGrant(ctx.access, { role: place.role, siteId: place.siteId || undefined }),
      })),
      mayChange: this.administration.mayChange(ctx.access, group),
      // The mightiest stands first: nobody gives it because they did not choose.
      instanceRoles: instanceRoles.length > 0 ? [{ value: '', label: ctx.text('groups.choose-role') }, ...instanceRoles] : [],
      siteRoles: roleOptions(this.places.namesFor('site')),
      sites: this.ownSites.seenBy(ctx.access.person).map((site) => ({ value: site.id, label: site.name })),
    };
    ctx.render('group', model, { title: group.name, status: error?.status ?? 200 });
  }

  private showRemoval(ctx: RouteContext, group: Group, error?: PortalError): void {
    const people = this.groups.members(group.id);
    const model = {
      group,
      error: error?.message,
      count: people.length,
      people: people.slice(0, 20),
      more: Math.max(0, people.length - 20),
      mayChange: this.administration.mayChange(ctx.access, group),
    };
    ctx.render('group-removal', model, {
      title: ctx.text('groups.remove-title', { name: group.name }),
      status: error?.status ?? 200,
    });
  }
}
