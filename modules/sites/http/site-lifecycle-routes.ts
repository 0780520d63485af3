import { type HttpRoutes, inject, injectable, notFound, PortalError, type RouteContext, type Router, z } from '@portico/core';
import { SiteLifecycle } from '../services/site-lifecycle.js';
import { type SiteAway, SiteRepository } from '../services/site-repository.js';
import { manageSites } from '../services/sites-permissions.js';

const access = { permission: manageSites } as const;
const home = '/sites';
const trash = `${home}/trash`;
const params = z.strictObject({ id: z.uuid() });
/** What hurts asks for the address of the site. */
const typedForm = z.strictObject({ address: z.string().max(200) });
const dayMillis = 86_400_000;

type OfSite = RouteContext<{ id: string }>;

/** Sites that are archived, deleted, restored and erased. */
@injectable()
export class SiteLifecycleRoutes implements HttpRoutes {
  readonly prefix = home;

  constructor(
    @inject(SiteRepository) private readonly sites: SiteRepository,
    @inject(SiteLifecycle) private readonly lifecycle: SiteLifecycle,
  ) {}

  register(router: Router): void {
    router.get('/trash', { access }, (ctx) => this.showAway(ctx));
    router.get('/:id/delete', { access, params }, (ctx) => this.ask(ctx, 'delete'));
    router.get('/:id/erase', { access, params }, (ctx) => this.ask(ctx, 'erase'));

    router.post('/:id/archive', { access, params }, (ctx) =>
      this.change(ctx, async () => {
        const { name } = await this.lifecycle.archive(ctx.input.params.id);
        ctx.redirectWith(trash, ctx.text('sites.archived', { name }));
      }),
    );

    router.post('/:id/restore', { access, params }, (ctx) =>
      this.change(ctx, async () => {
        const { name } = await this.lifecycle.restore(ctx.input.params.id);
        ctx.redirectWith(home, ctx.text('sites.restored', { name }));
      }),
    );

    router.post('/:id/delete', { access, params, body: typedForm }, async (ctx) => {
      const { id } = ctx.input.params;
      if (!this.isTyped(id, ctx.input.body.address)) return this.ask(ctx, 'delete', ctx.input.body.address);
      await this.change(ctx, async () => {
        const { name } = await this.lifecycle.delete(id);
        ctx.redirectWith(trash, ctx.text('sites.deleted', { name, days: this.lifecycle.trashDays }));
      });
    });

    router.post('/:id/erase', { access, params, body: typedForm }, async (ctx) => {
      const { id } = ctx.input.params;
      if (!this.isTyped(id, ctx.input.body.address)) return this.ask(ctx, 'erase', ctx.input.body.address);
      await this.change(ctx, async () => ctx.redirect(ctx.url(`/jobs/${await this.lifecycle.erase(id)}`)));
    });
  }

  private isTyped(id: string, typed: string): boolean {
    const site = this.sites.awayById(id)?.site ?? this.sites.byId(id);
    if (!site) throw notFound('site');
    return typed.trim() === site.address;
  }

  /** What cannot be done is said with the list of what is away. */
  private async change(ctx: OfSite, work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (!(error instanceof PortalError) || error.status !== 409) throw error;
      this.showAway(ctx, error);
    }
  }

  private showAway(ctx: RouteContext, error?: PortalError): void {
    const all = this.sites.allAway();
    const rows = all.map((away) => this.row(ctx, away));
    const model = {
      error: error?.message,
      archived: rows.filter(({ state }) => state === 'archived'),
      deleted: rows.filter(({ state }) => state !== 'archived'),
    };
    ctx.render('site-trash', model, { title: ctx.text('sites.trash'), status: error?.status ?? 200 });
  }

  private row(ctx: RouteContext, { site, state, since }: SiteAway) {
    const until = new Date(since.getTime() + this.lifecycle.trashDays * dayMillis);
    const key = { archived: 'sites.archived-since', deleted: 'sites.deleted-until', erasing: 'sites.erasing' }[state];
    return {
      id: site.id,
      name: site.name,
      path: `/web/${site.address}`,
      state,
      isErasing: state === 'erasing',
      when: ctx.text(key, { since, until }),
    };
  }

  private async ask(ctx: OfSite, what: 'delete' | 'erase', typed?: string): Promise<void> {
    const { id } = ctx.input.params;
    const away = this.sites.awayById(id);
    const site = away?.site ?? this.sites.byId(id);
    const isThere = what === 'erase' ? away?.state === 'deleted' : !away || away.state === 'archived';
    if (!site || !isThere) throw notFound('site');
    const wrong = typed !== undefined;
    const title = ctx.text(`sites.${what}-title`, { name: site.name });
    const model = {
      site,
      title,
      typed,
      error: wrong ? ctx.text('sites.address-differs') : undefined,
      action: `${home}/${id}/${what}`,
      back: what === 'erase' ? trash : `${home}/${id}`,
      text: ctx.text(`sites.${what}-text`, { days: this.lifecycle.trashDays }),
      button: ctx.text(`sites.${what}-button`),
      contents: await this.lifecycle.contentsOf(id, ctx.access.locale),
    };
    ctx.render('site-removal', model, { title, status: wrong ? 400 : 200 });
  }
}
