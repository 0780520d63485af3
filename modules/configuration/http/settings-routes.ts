import { type HttpRoutes, inject, injectable, type RouteContext, type Router, z } from '@portico/core';
import { permissions } from '../services/permissions.js';
import { EntryPages, type ResetForm } from './entry-pages.js';
import { postedForm } from './posted-settings.js';
import { actionAnswer } from './settings-actions.js';
import { sectionKeys } from './settings-entries.js';
import { type OverviewQuery, SettingsPages } from './settings-pages.js';

const query = z.strictObject({ section: z.enum(sectionKeys).optional() });
const params = z.strictObject({ id: z.string().max(100) });
/** The fields come from the definition; the handler refuses every name that the definition does not have. */
const body = z.record(z.string().max(200), z.union([z.string().max(100_000), z.array(z.string().max(1000)).max(1000)]));

const page = z.strictObject({ before: z.uuid().optional() });
const resetting = z.strictObject({ revision: z.coerce.number().int().min(0), secrets: z.literal('on').optional() });

/** The overview and the page of each entry. @param open who sees the overview. @param change who opens and saves an entry. */
function addSettingsRoutes(
  router: Router,
  { path, open, change }: { readonly path: string; readonly open: string; readonly change: string },
  pages: SettingsPages,
  beside: EntryPages,
): void {
  const access = { permission: change };
  type Entry = z.output<typeof params>;
  router.get(path, { access: { permission: open }, query }, (ctx: RouteContext<unknown, OverviewQuery>) => pages.overview(ctx));
  router.get(`${path}/:id`, { access, params }, (ctx: RouteContext<Entry>) => pages.show(ctx));
  router.post(
    `${path}/:id`,
    { access, params, body, answer: actionAnswer },
    (ctx: RouteContext<Entry, unknown, z.output<typeof body>>) => pages.save(ctx, postedForm(ctx.input.body)),
  );
  router.get(`${path}/:id/history`, { access, params, query: page }, (ctx: RouteContext<Entry, z.output<typeof page>>) =>
    beside.history(ctx),
  );
  router.get(`${path}/:id/reset`, { access, params }, (ctx: RouteContext<Entry>) => beside.askReset(ctx));
  router.post(`${path}/:id/reset`, { access, params, body: resetting }, (ctx: RouteContext<Entry, unknown, ResetForm>) =>
    beside.reset(ctx),
  );
}

@injectable()
export class InstanceSettingsRoutes implements HttpRoutes {
  readonly prefix = '/configuration';

  constructor(
    @inject(SettingsPages) private readonly pages: SettingsPages,
    @inject(EntryPages) private readonly beside: EntryPages,
  ) {}

  register(router: Router): void {
    const { openSettings: open, instanceSettings: change } = permissions;
    addSettingsRoutes(router, { path: '/instance-settings', open, change }, this.pages, this.beside);
  }
}

@injectable()
export class SiteSettingsRoutes implements HttpRoutes {
  readonly prefix = '~/configuration';

  constructor(
    @inject(SettingsPages) private readonly pages: SettingsPages,
    @inject(EntryPages) private readonly beside: EntryPages,
  ) {}

  register(router: Router): void {
    const { siteSettings } = permissions;
    addSettingsRoutes(router, { path: '/site-settings', open: siteSettings, change: siteSettings }, this.pages, this.beside);
  }
}
