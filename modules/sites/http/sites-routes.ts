import {
  AccessContexts,
  AccessControl,
  type Audience,
  type HttpRoutes,
  inject,
  injectable,
  notFound,
  optional,
  PortalError,
  type RouteContext,
  type Router,
  type ServiceHandle,
  z,
} from '@portico/core';
import {
  audienceFields,
  audienceModel,
  checkedAudience,
  chosenSorting,
  everyone,
  sortedListFields,
  sortedListModel,
} from '@portico/core/util';
import { HomePage } from '../services/home-page.js';
import { SiteRepository, sitesOrders } from '../services/site-repository.js';
import { manageSites, viewSite } from '../services/sites-permissions.js';

const access = { permission: manageSites } as const;
const home = '/sites';

/** As long as a request may be: what is too long comes back in its form, with a sentence. */
const text = z.string();
const newSiteForm = z.strictObject({ name: text, address: text });
const listQuery = z.strictObject({ q: z.string().max(200).optional(), ...sortedListFields(sitesOrders) });
const idParams = z.strictObject({ id: z.uuid() });
/** A form without `visibleTo` leaves it as it is. */
const siteForm = z.strictObject({ name: text, ...audienceFields, visibleTo: audienceFields.visibleTo.optional() });

/** Control Panel > Sites. */
@injectable()
export class SitesRoutes implements HttpRoutes {
  readonly prefix = home;

  constructor(
    @inject(SiteRepository) private readonly sites: SiteRepository,
    @inject(optional(AccessControl)) private readonly accessControl: ServiceHandle<AccessControl>,
  ) {}

  register(router: Router): void {
    router.get('/', { access, query: listQuery }, async (ctx) => {
      const { q, after, before, ...wanted } = ctx.input.query;
      const sorting = chosenSorting(ctx, 'sites', sitesOrders, wanted, 'name');
      const page = await this.sites.page({ search: q, sorting, after, before });
      const list = sortedListModel(ctx, {
        keys: sitesOrders,
        sorting,
        columns: ['name', 'address'],
        label: (order) => ctx.text(`sites.${order}`),
        query: { q },
        page,
        shown: page.sites.length,
      });
      const sites = page.sites.map((site) => ({ ...site, path: `/web/${site.address}` }));
      ctx.render('sites', { ...list, q, sites }, { title: ctx.text('sites.title') });
    });

    router.get('/new', { access }, (ctx) => this.showNew(ctx, {}));

    router.post('/new', { access, body: newSiteForm }, async (ctx) => {
      try {
        const { name, address } = await this.sites.add(ctx.input.body);
        ctx.redirectWith(`/web/${address}`, ctx.text('sites.added', { name }));
      } catch (error) {
        this.showNew(ctx, { ...ctx.input.body, error: inputError(error) });
      }
    });

    router.get('/:id', { access, params: idParams }, (ctx) => this.showSite(ctx, ctx.input.params.id));

    router.post('/:id', { access, params: idParams, body: siteForm }, async (ctx) => {
      const { id } = ctx.input.params;
      const { name, visibleTo, roles } = ctx.input.body;
      try {
        const audience = visibleTo && checkedAudience({ visibleTo, roles }, this.roleNames(), ctx);
        const site = this.sites.byId(id);
        if (site?.name !== name) await this.sites.rename(id, name);
        if (audience) await this.sites.show(id, audience);
        ctx.redirectWith(home, ctx.text(site?.name === name ? 'sites.saved' : 'sites.renamed', { name }));
      } catch (error) {
        this.showSite(ctx, id, { name, audience: visibleTo && { visibleTo, roles }, error: inputError(error) });
      }
    });
  }

  private showNew(ctx: RouteContext, tried: { name?: string; address?: string; error?: PortalError }): void {
    const { error, ...values } = tried;
    const model = { ...values, errors: error?.details.fields ?? {} };
    ctx.render('new-site', model, { title: ctx.text('sites.new'), status: error?.status ?? 200 });
  }

  private roleNames(): readonly string[] {
    return this.accessControl.get()?.audienceRoles() ?? [];
  }

  private showSite(
    ctx: RouteContext,
    id: string,
    tried: { name?: string; audience?: Audience | undefined; error?: PortalError } = {},
  ): void {
    const site = this.sites.byId(id);
    if (!site) throw notFound('site');
    const fields = (tried.error?.details.fields ?? {}) as Readonly<Record<string, string>>;
    const audience = tried.audience ?? site.audience ?? everyone;
    const model = {
      site,
      path: `/web/${site.address}`,
      name: tried.name ?? site.name,
      error: fields.name,
      audience: audienceModel(audience, this.roleNames(), ctx, fields.roles),
    };
    ctx.render('site', model, { title: site.name, status: tried.error?.status ?? 200 });
  }
}

function inputError(error: unknown): PortalError {
  if (error instanceof PortalError && [400, 409].includes(error.status)) return error;
  throw error;
}

/** The front page of each site. */
@injectable()
export class HomePageRoutes implements HttpRoutes {
  readonly prefix = '~';

  constructor(@inject(HomePage) private readonly homePage: HomePage) {}

  register(router: Router): void {
    router.get('/', { access: { permission: viewSite } }, async (ctx) => {
      const name = ctx.access.site?.name ?? '';
      const sections = await this.homePage.sectionsFor(ctx.access);
      const leading = sections.find(({ entries }) => entries.length > 0);
      const shown = sections.map((section) => {
        const entries = section.entries.map((entry) => ({ ...entry, href: ctx.url(entry.href) }));
        const [newest, ...others] = entries;
        return section === leading ? { ...section, newest, entries: others } : { ...section, entries };
      });
      ctx.render('home-page', { name, sections: shown }, { title: name, layout: 'site' });
    });
  }
}

/** The bare address of the portal leads to the first site that the person sees, and a guest who sees none to the place to sign in. */
@injectable()
export class RootRedirectRoutes implements HttpRoutes {
  readonly prefix = '/';

  constructor(
    @inject(SiteRepository) private readonly sites: SiteRepository,
    @inject(AccessContexts) private readonly contexts: AccessContexts,
  ) {}

  register(router: Router): void {
    router.get('/', { access: 'public' }, (ctx) => {
      const home = this.sites.byAddress('home');
      const sites = [...(home && !home.isArchived ? [home] : []), ...this.sites.all()];
      const site = sites.find((each) => !each.audience || this.contexts.for(ctx.session?.person, each).isAmong(each.audience));
      if (!site && sites.length > 0 && !ctx.session) return ctx.redirect('/sign-in');
      if (!site) throw notFound();
      ctx.redirect(`/web/${site.address}`);
    });
  }
}
