import {
  AccessContexts,
  type HttpRoutes,
  inject,
  injectable,
  notFound,
  PortalError,
  type RouteContext,
  type Router,
  type Site,
} from '@portico/core';
import { siteRoles } from '../api/index.js';
import { AccountRepository } from '../services/account-repository.js';
import { manageMemberships, managePeople } from '../services/identity-permissions.js';
import { PeopleAdministration } from '../services/people-administration.js';
import { PeopleList } from '../services/people-list.js';
import { type ListInput, listQuery, memberRoleForm, newMemberForm } from './input.js';
import { peoplePage } from './people-page.js';

const access = { permission: manageMemberships } as const;
const home = '~/identity/memberships';

/** Site Memberships: who has which role in the current site, and in no other. */
@injectable()
export class MembershipsRoutes implements HttpRoutes {
  readonly prefix = home;

  constructor(
    @inject(AccountRepository) private readonly accounts: AccountRepository,
    @inject(PeopleAdministration) private readonly administration: PeopleAdministration,
    @inject(PeopleList) private readonly list: PeopleList,
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
      await this.administration.changeRole(ctx.access, account.id, role, siteOf(ctx).id, true);
      ctx.redirectWith(home, ctx.text('memberships.added', { name: account.name, role }));
    });

    router.post('/roles', { access, body: memberRoleForm }, async (ctx) => {
      const { person, role, intent } = ctx.input.body;
      const site = siteOf(ctx);
      // Only people of this site can be named here: others are none of its administrators' business.
      const account = this.accounts.byId(person);
      if (!account?.siteRoles[site.id]) throw notFound('person');
      await this.administration.changeRole(ctx.access, person, role, site.id, intent === 'grant');
      ctx.redirectWith(home, ctx.text(`memberships.${intent}`, { name: account.name, role }));
    });
  }

  /** Where somebody without an account gets one, for those who may add people. */
  private peopleHref({ access: { person, locale } }: RouteContext): string | undefined {
    return this.contexts.for(person, undefined, locale).can(managePeople) ? '/identity/users/new' : undefined;
  }

  private async show(
    ctx: RouteContext,
    input: ListInput,
    tried: { email?: string; role?: string; error?: PortalError; peopleHref?: string | undefined } = {},
  ): Promise<void> {
    const site = siteOf(ctx);
    const { people, ...list } = await peoplePage(ctx, this.list, input, { name: 'members', siteId: site.id });
    const model = {
      site,
      ...list,
      members: people.map((account) => ({
        id: account.id,
        name: account.name,
        email: account.email,
        active: account.active,
        roles: account.siteRoles[site.id] ?? [],
      })),
      email: tried.email,
      role: tried.role ?? 'Author',
      error: tried.error?.message,
      peopleHref: tried.peopleHref,
      siteRoles: siteRoles.map((role) => ({ value: role, label: role })),
    };
    ctx.render('memberships', model, { title: ctx.text('memberships.title'), status: tried.error?.status ?? 200 });
  }
}

function siteOf({ access: { site } }: RouteContext): Site {
  if (!site) throw notFound('site');
  return site;
}
