import { randomUUID } from 'node:crypto';
import {
  type HttpRoutes,
  inject,
  injectable,
  invalidInput,
  optional,
  type Person,
  PortalError,
  type RouteContext,
  type Router,
  type ServiceHandle,
  SiteDirectory,
} from '@portico/core';
import { Roles } from '@portico/identity/api';
import { manageProviders } from '../services/oidc-sign-in.js';
import { type ConnectionFound, ConnectionTest } from '../services/provider-problems.js';
import { type Provider, Providers } from '../services/providers.js';
import {
  enabledForm,
  factsOf,
  type GroupLine,
  groupLines,
  type ProviderForm,
  problemOfLines,
  providerForm,
  providerParams,
} from './provider-forms.js';

const access = { permission: manageProviders } as const;
const home = '/oidc/providers';
const blankLines = 2;

const begun: ProviderForm = {
  name: '',
  issuer: '',
  clientId: '',
  clientSecret: '',
  scopes: 'openid email profile',
  groupsClaim: 'groups',
  addsPeople: false,
  countsAsSecondFactor: false,
  group: [],
  role: [],
  site: [],
  intent: 'save',
};

/** Instance Settings > OpenID Connect. */
@injectable()
export class ProviderRoutes implements HttpRoutes {
  readonly prefix = home;

  constructor(
    @inject(Providers) private readonly providers: Providers,
    @inject(ConnectionTest) private readonly test: ConnectionTest,
    @inject(Roles) private readonly roles: Roles,
    @inject(optional(SiteDirectory)) private readonly sites: ServiceHandle<SiteDirectory>,
  ) {}

  register(router: Router): void {
    router.get('/', { access }, async (ctx) => {
      const title = ctx.text('providers.title');
      const crumbs = [{ name: ctx.text('settings.above'), href: ctx.url('/configuration/instance-settings') }];
      ctx.render('providers', { title, crumbs, providers: this.providers.all() }, { title });
    });

    router.get('/new', { access }, (ctx) => this.show(ctx, randomUUID(), begun));

    router.post('/new', { access, body: providerForm }, (ctx) => {
      const { id = randomUUID() } = ctx.input.body;
      // The page says the addresses of a provider that is not there yet: they are registered there before it can be added here.
      if (this.providers.find(id))
        throw invalidInput({ id: 'This provider was added already.' }, 'This provider was added already.');
      return this.take(ctx, id, ctx.input.body, undefined);
    });

    router.get('/:id', { access, params: providerParams }, (ctx) => {
      const provider = this.providers.get(ctx.input.params.id);
      return this.show(ctx, provider.id, formOf(provider), { provider });
    });

    router.post('/:id', { access, params: providerParams, body: providerForm }, (ctx) => {
      const provider = this.providers.get(ctx.input.params.id);
      return this.take(ctx, provider.id, ctx.input.body, provider);
    });

    router.post('/:id/enabled', { access, params: providerParams, body: enabledForm }, async (ctx) => {
      const { id, name } = this.providers.get(ctx.input.params.id);
      const { enabled } = ctx.input.body;
      await this.providers.setEnabled(id, enabled, personOf(ctx));
      ctx.redirectWith(`${home}/${id}`, ctx.text(enabled ? 'providers.enabled' : 'providers.disabled', { name }));
    });

    router.post('/:id/remove', { access, params: providerParams }, async (ctx) => {
      const { id, name } = this.providers.get(ctx.input.params.id);
      await this.providers.remove(id, personOf(ctx));
      ctx.redirectWith(home, ctx.text('providers.removed', { name }));
    });
  }

  private async take(ctx: RouteContext, id: string, form: ProviderForm, provider: Provider | undefined): Promise<void> {
    try {
      const facts = factsOf(form);
      if (form.intent === 'test') {
        const found = await this.test.run(facts, ctx.access.locale);
        await this.show(ctx, id, form, { provider, found });
        return;
      }
      const problem = problemOfLines(facts.groupRoles, this.roles, (site) => this.sites.get()?.byId(site) !== undefined);
      if (problem !== undefined) throw invalidInput({ groupRoles: problem });
      const secret = form.clientSecret.trim() === '' ? undefined : form.clientSecret.trim();
      const { name } = await this.providers.save(id, facts, secret, personOf(ctx));
      ctx.redirectWith(home, ctx.text(provider ? 'providers.saved' : 'providers.added', { name }));
    } catch (error) {
      if (!(error instanceof PortalError) || error.status !== 400 || ctx.accepts('html', 'json') === 'json') throw error;
      await this.show(ctx, id, form, { provider, error });
    }
  }

  private async show(
    ctx: RouteContext,
    id: string,
    form: ProviderForm,
    more: { readonly provider?: Provider | undefined; readonly error?: PortalError; readonly found?: ConnectionFound } = {},
  ): Promise<void> {
    const { provider, error, found } = more;
    const title = provider?.name ?? ctx.text('providers.add');
    const fields = error?.details.fields as object | undefined;
    const lines = groupLines(form).filter(({ group }) => group !== '');
    const model = {
      title,
      crumbs: [
        { name: ctx.text('settings.above'), href: ctx.url('/configuration/instance-settings') },
        { name: ctx.text('providers.title'), href: ctx.url(home) },
      ],
      action: provider ? `${home}/${id}` : `${home}/new`,
      id,
      provider,
      people: provider && (await this.providers.people(id)),
      addresses: this.providers.addresses(id),
      form: { ...form, clientSecret: '' },
      // A secret is not sent back; who typed one reads that it is not there any more.
      errors: { ...(form.clientSecret !== '' && { clientSecret: ctx.text('provider.client-secret-again') }), ...fields },
      error: error?.message,
      found,
      lines: this.lines(ctx, [...lines, ...Array.from({ length: blankLines }, () => ({ group: '', role: '', site: '' }))]),
    };
    ctx.render('provider', model, { title, status: error?.status ?? 200 });
  }

  private lines(ctx: RouteContext, lines: readonly GroupLine[]): readonly object[] {
    const roles = this.roles
      .all()
      .filter(({ places }) => places.length > 0)
      .map(({ name }) => ({ value: name, label: name }));
    const instance = { value: '', label: ctx.text('groups.instance') };
    const sites = [instance, ...(this.sites.get()?.all() ?? []).map(({ id, name }) => ({ value: id, label: name }))];
    return lines.map((line, index) => ({ ...line, role: line.role || 'Author', number: index + 1, roles, sites }));
  }
}

function formOf({
  name,
  issuer,
  clientId,
  scopes,
  groupsClaim,
  addsPeople,
  countsAsSecondFactor,
  groupRoles,
}: Provider): ProviderForm {
  return {
    ...begun,
    ...{ name, issuer, clientId, scopes, groupsClaim, addsPeople, countsAsSecondFactor },
    group: groupRoles.map(({ group }) => group),
    role: groupRoles.map(({ role }) => role),
    site: groupRoles.map(({ siteId = '' }) => siteId),
  };
}

function personOf({ access: { person } }: RouteContext): Person {
  if (!person) throw new PortalError('sign-in-required', 'Sign in to do this.', { status: 401 });
  return person;
}
