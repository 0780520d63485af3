import { type HttpRoutes, inject, injectable, type PortalError, type RouteContext, type Router } from '@portico/core';
import type { Account } from '../api/index.js';
import { managePeople } from '../services/identity-permissions.js';
import { PeopleAdministration } from '../services/people-administration.js';
import { PeopleList } from '../services/people-list.js';
import { PersonAccess } from '../services/person-access.js';
import { formError } from './form-error.js';
import { activeForm, idParams, instanceRoleForm, listQuery, nameForm, newPersonForm, siteRoleForm } from './input.js';
import { peoplePage, peopleTabs } from './people-page.js';
import { PersonRoles } from './person-roles.js';
import { waysModel } from './ways-model.js';

const access = { permission: managePeople } as const;
const home = '/identity/users';

/** Users and Organizations: the people of the instance, and one person with roles. */
@injectable()
export class PeopleRoutes implements HttpRoutes {
  readonly prefix = home;

  constructor(
    @inject(PeopleAdministration) private readonly administration: PeopleAdministration,
    @inject(PeopleList) private readonly list: PeopleList,
    @inject(PersonRoles) private readonly roles: PersonRoles,
    @inject(PersonAccess) private readonly ways: PersonAccess,
  ) {}

  register(router: Router): void {
    router.get('/', { access, query: listQuery }, async (ctx) => {
      const page = await peoplePage(ctx, this.list, ctx.input.query, { name: 'people' });
      ctx.render('people', { ...page, tabs: peopleTabs(ctx, 'people') }, { title: ctx.text('people.title') });
    });

    router.get('/new', { access }, (ctx) => this.showNew(ctx, {}));

    router.post('/new', { access, body: newPersonForm }, async (ctx) => {
      try {
        const { account, password } = await this.administration.add(ctx.input.body);
        if (password === undefined)
          ctx.redirectWith(`${home}/${account.id}`, ctx.text('person.invited', { email: account.email }));
        else await this.showPerson(ctx, account, password);
      } catch (error) {
        this.showNew(ctx, { ...ctx.input.body, error: formError(error, 400, 409) });
      }
    });

    router.get('/:id', { access, params: idParams }, (ctx) =>
      this.showPerson(ctx, this.administration.account(ctx.input.params.id)),
    );

    router.post('/:id/name', { access, params: idParams, body: nameForm }, (ctx) => {
      const { name } = ctx.input.body;
      return this.change(ctx, 'person.saved', (id) => this.administration.rename(ctx.access, id, name), name);
    });

    router.post('/:id/active', { access, params: idParams, body: activeForm }, (ctx) => {
      const { active } = ctx.input.body;
      return this.change(ctx, active ? 'person.enabled' : 'person.disabled', (id) =>
        this.administration.setActive(ctx.access, id, active),
      );
    });

    router.post('/:id/instance-roles', { access, params: idParams, body: instanceRoleForm }, (ctx) => {
      const { role, intent } = ctx.input.body;
      return this.change(ctx, 'person.saved', (id) =>
        this.administration.changeRole(ctx.access, id, role, undefined, intent === 'grant'),
      );
    });

    router.post('/:id/site-roles', { access, params: idParams, body: siteRoleForm }, (ctx) => {
      const { role, site, intent } = ctx.input.body;
      return this.change(ctx, 'person.saved', (id) =>
        this.administration.changeRole(ctx.access, id, role, site, intent === 'grant'),
      );
    });

    router.post('/:id/password', { access, params: idParams }, async (ctx) => {
      const { id } = ctx.input.params;
      const password = await this.administration.setOneTimePassword(ctx.access, id);
      await this.showPerson(ctx, this.administration.account(id), password);
    });

    router.post('/:id/link', { access, params: idParams }, async (ctx) => {
      const { id } = ctx.input.params;
      const { email, mustChangePassword } = await this.administration.sendLink(ctx.access, id);
      ctx.redirectWith(`${home}/${id}`, ctx.text(mustChangePassword ? 'person.invited' : 'person.link-sent', { email }));
    });
  }

  /** A change that is not possible is said on the person's page. */
  private async change(
    ctx: RouteContext<{ id: string }>,
    done: string,
    work: (id: string) => Promise<void>,
    name?: string,
  ): Promise<void> {
    const { id } = ctx.input.params;
    try {
      await work(id);
      ctx.redirectWith(`${home}/${id}`, ctx.text(done));
    } catch (error) {
      await this.showPerson(ctx, this.administration.account(id), undefined, { error: formError(error, 400, 403, 409), name });
    }
  }

  private showNew(ctx: RouteContext, tried: { email?: string; name?: string; error?: PortalError }): void {
    const { error } = tried;
    const status = error?.status ?? 200;
    const description = ctx.text(this.administration.canMail ? 'people.new-invited' : 'people.new-description');
    ctx.render(
      'new-person',
      { ...tried, description, errors: error?.details.fields ?? {} },
      { title: ctx.text('people.new'), status },
    );
  }

  private async showPerson(
    ctx: RouteContext,
    account: Account,
    oneTimePassword?: string,
    tried: { name?: string; error?: PortalError } = {},
  ): Promise<void> {
    const { name = account.name, error } = tried;
    const model = {
      account,
      name,
      oneTimePassword,
      error: error?.message,
      ...this.roles.model(ctx, account),
      mayChange: this.administration.mayChange(ctx.access, account),
      canMail: this.administration.canMail,
      isSelf: ctx.access.person?.id === account.id,
      ways: waysModel(ctx, await this.ways.of(account.id, ctx.session)),
    };
    ctx.render('person', model, { title: account.name, status: error?.status ?? 200 });
  }
}
