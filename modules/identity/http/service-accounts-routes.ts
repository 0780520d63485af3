import { type HttpRoutes, inject, injectable, type PortalError, type RouteContext, type Router } from '@portico/core';
import { ApiTokenRepository } from '../services/api-token-repository.js';
import type { ServiceAccount } from '../services/directory.js';
import { managePeople } from '../services/identity-permissions.js';
import { OwnSites } from '../services/own-sites.js';
import { Rights } from '../services/rights.js';
import { RolePlaces } from '../services/role-places.js';
import { ServiceAccountAdministration } from '../services/service-account-administration.js';
import { ServiceAccountRepository } from '../services/service-account-repository.js';
import { formError } from './form-error.js';
import { activeForm, groupForm, groupRoleForm, idParams, serviceTokenForm, serviceTokenParams } from './input.js';
import { peopleTabs } from './people-page.js';
import { roleOptions } from './role-options.js';

const access = { permission: managePeople } as const;
const home = '/identity/service-accounts';

/** What was tried and could not be done, or the token that was made: shown with the page once. */
interface Shown {
  readonly error?: PortalError;
  readonly name?: string;
  readonly description?: string;
  readonly token?: { readonly name: string; readonly days: string };
  readonly created?: string;
}

/** Accounts of programs, under Users and Organizations: their roles, and the tokens with which they come. */
@injectable()
export class ServiceAccountsRoutes implements HttpRoutes {
  readonly prefix = home;

  constructor(
    @inject(ServiceAccountAdministration) private readonly administration: ServiceAccountAdministration,
    @inject(ServiceAccountRepository) private readonly services: ServiceAccountRepository,
    @inject(ApiTokenRepository) private readonly tokens: ApiTokenRepository,
    @inject(RolePlaces) private readonly places: RolePlaces,
    @inject(Rights) private readonly rights: Rights,
    @inject(OwnSites) private readonly ownSites: OwnSites,
  ) {}

  register(router: Router): void {
    router.get('/', { access }, (ctx) => this.showList(ctx));
    router.get('/new', { access }, (ctx) => this.showNew(ctx));

    router.post('/new', { access, body: groupForm }, async (ctx) => {
      try {
        const service = await this.administration.add(ctx.input.body);
        ctx.redirectWith(`${home}/${service.id}`, ctx.text('services.added', { name: service.name }));
      } catch (error) {
        this.showNew(ctx, { ...ctx.input.body, error: formError(error, 400, 409) });
      }
    });

    router.get('/:id', { access, params: idParams }, (ctx) => this.show(ctx, this.administration.service(ctx.input.params.id)));

    router.post('/:id', { access, params: idParams, body: groupForm }, (ctx) =>
      this.change(ctx, 'services.saved', ctx.input.body, (id) => this.administration.change(ctx.access, id, ctx.input.body)),
    );

    router.post('/:id/active', { access, params: idParams, body: activeForm }, (ctx) => {
      const { active } = ctx.input.body;
      return this.change(ctx, active ? 'services.enabled' : 'services.disabled', {}, (id) =>
        this.administration.setActive(ctx.access, id, active),
      );
    });

    router.post('/:id/roles', { access, params: idParams, body: groupRoleForm }, (ctx) => {
      const { role, site, intent } = ctx.input.body;
      return this.change(ctx, 'services.saved', {}, (id) =>
        this.administration.changeRole(ctx.access, id, { role, siteId: site || undefined }, intent === 'grant'),
      );
    });

    router.post('/:id/tokens', { access, params: idParams, body: serviceTokenForm }, async (ctx) => {
      const { id } = ctx.input.params;
      const token = ctx.input.body;
      const facts = { name: token.name, days: Number(token.days) };
      try {
        const created = await this.administration.createToken(ctx.access, id, facts);
        // Shown in this answer and never again, so there is no redirect.
        this.show(ctx, this.administration.service(id), { created });
      } catch (error) {
        this.show(ctx, this.administration.service(id), { token, error: formError(error, 400, 403, 409) });
      }
    });

    router.post('/:id/tokens/:token/revoke', { access, params: serviceTokenParams }, (ctx) =>
      this.change(ctx, 'tokens.revoked', {}, (id) => this.administration.revokeToken(ctx.access, id, ctx.input.params.token)),
    );

    router.get('/:id/remove', { access, params: idParams }, (ctx) =>
      this.showRemoval(ctx, this.administration.service(ctx.input.params.id)),
    );

    router.post('/:id/remove', { access, params: idParams }, async (ctx) => {
      const service = this.administration.service(ctx.input.params.id);
      try {
        await this.administration.remove(ctx.access, service.id);
        ctx.redirectWith(home, ctx.text('services.removed', { name: service.name }));
      } catch (error) {
        this.showRemoval(ctx, service, formError(error, 403));
      }
    });
  }

  /** A change that is not possible is said on the account's page. */
  private async change(
    ctx: RouteContext<{ id: string }>,
    done: string,
    typed: Shown,
    work: (id: string) => Promise<void>,
  ): Promise<void> {
    const { id } = ctx.input.params;
    try {
      await work(id);
      ctx.redirectWith(`${home}/${id}`, ctx.text(done));
    } catch (error) {
      this.show(ctx, this.administration.service(id), { ...typed, error: formError(error, 400, 403, 409) });
    }
  }

  private showList(ctx: RouteContext): void {
    const services = this.services.all().map((service) => {
      const used = this.tokens.of(service.id).map(({ lastUsedAt }) => lastUsedAt ?? 0);
      const last = Math.max(0, ...used);
      return {
        id: service.id,
        name: service.name,
        description: service.description,
        active: service.active,
        tokens: used.length,
        used: last === 0 ? undefined : new Date(last).toISOString(),
        roles: [...new Set([...service.roles, ...Object.values(service.siteRoles).flat()])],
      };
    });
    ctx.render('service-accounts', { services, tabs: peopleTabs(ctx, 'services') }, { title: ctx.text('people.title') });
  }

  private showNew(ctx: RouteContext, { error, ...tried }: Shown = {}): void {
    const model = { ...tried, errors: error?.details.fields ?? {}, error: error?.details.fields ? undefined : error?.message };
    ctx.render('new-service-account', model, { title: ctx.text('services.new'), status: error?.status ?? 200 });
  }

  private show(ctx: RouteContext, service: ServiceAccount, { error, token, created, ...tried }: Shown = {}): void {
    const fields = (error?.details.fields ?? {}) as Readonly<Record<string, string>>;
    const inSites = Object.entries(service.siteRoles).flatMap(([siteId, roles]) => {
      const name = this.ownSites.nameFor(ctx.access.person, siteId);
      return name === undefined ? [] : roles.map((role) => ({ role, siteId, site: name || ctx.text('people.unseen-site') }));
    });
    const given = [...service.roles.map((role) => ({ role, siteId: '', site: '' })), ...inSites];
    const model = {
      service,
      created,
      name: tried.name ?? service.name,
      description: tried.description ?? service.description,
      errors: token ? {} : fields,
      tokenName: token?.name ?? '',
      tokenDays: token?.days ?? '90',
      tokenErrors: token ? fields : {},
      error: Object.keys(fields).length === 0 || fields.role !== undefined ? error?.message : undefined,
      roles: given.map((place) => ({
        ...place,
        mayChange: this.rights.mayGrant(ctx.access, { role: place.role, siteId: place.siteId || undefined }),
      })),
      mayChange: this.administration.mayChange(ctx.access, service),
      instanceRoles: roleOptions(this.places.namesFor('instance'), (role) => this.rights.mayGrant(ctx.access, { role })),
      siteRoles: roleOptions(this.places.namesFor('site')),
      sites: this.ownSites.seenBy(ctx.access.person).map((site) => ({ value: site.id, label: site.name })),
      tokens: this.tokens.of(service.id).map(({ id, name, createdAt, expiresAt, lastUsedAt }) => ({
        id,
        name,
        created: new Date(createdAt).toISOString(),
        expires: new Date(expiresAt).toISOString(),
        used: lastUsedAt === undefined ? undefined : new Date(lastUsedAt).toISOString(),
        revokeName: ctx.text('tokens.revoke-name', { name }),
      })),
    };
    ctx.render('service-account', model, { title: service.name, status: error?.status ?? 200 });
  }

  private showRemoval(ctx: RouteContext, service: ServiceAccount, error?: PortalError): void {
    const model = {
      service,
      error: error?.message,
      tokens: this.tokens.of(service.id).length,
      mayChange: this.administration.mayChange(ctx.access, service),
    };
    ctx.render('service-account-removal', model, {
      title: ctx.text('services.remove-title', { name: service.name }),
      status: error?.status ?? 200,
    });
  }
}
