import {
  AccessContexts,
  ApiCatalog,
  type HttpRoutes,
  inject,
  injectable,
  MessageCatalog,
  PortalError,
  type RouteContext,
  type Router,
  z,
} from '@portico/core';
import { type AccessAnswer, AccessDiagnostics } from '../services/access-diagnostics.js';
import { Diagnostics } from '../services/diagnostics.js';
import { answeredStep } from './diagnostics-routes.js';

const text = z.string().trim().max(1000).optional();
const query = z.strictObject({ person: text, site: text, permission: text, address: text });
type Query = z.output<typeof query>;
const answer = z.object({ allowed: z.boolean(), summary: z.string(), steps: z.array(answeredStep) });

/** Why can this person see this, or not? People may ask for themselves, and those who may diagnose for anybody. */
@injectable()
export class AccessDiagnosticsRoutes implements HttpRoutes {
  readonly prefix = '/configuration/diagnostics/access';

  constructor(
    @inject(AccessDiagnostics) private readonly access: AccessDiagnostics,
    @inject(Diagnostics) private readonly diagnostics: Diagnostics,
    @inject(ApiCatalog) private readonly catalog: ApiCatalog,
    @inject(MessageCatalog) private readonly messages: MessageCatalog,
    @inject(AccessContexts) private readonly contexts: AccessContexts,
  ) {}

  register(router: Router): void {
    router.get('/', { access: 'signed-in', query, answer }, async (ctx) => {
      const { query: asked } = ctx.input;
      if (ctx.accepts('html', 'json') === 'json') {
        ctx.body = await this.access.ask(ctx.access, asked);
        return;
      }
      try {
        const isAsked = Boolean(asked.permission || asked.address);
        this.show(ctx, asked, isAsked ? await this.access.ask(ctx.access, asked) : undefined);
      } catch (error) {
        if (!(error instanceof PortalError)) throw error;
        this.show(ctx, asked, undefined, error);
      }
    });
  }

  private show(ctx: RouteContext, asked: Query, found: AccessAnswer | undefined, error?: PortalError): void {
    const { locale } = this.contexts.for(ctx.access.person, undefined, ctx.access.locale);
    const permissions = this.catalog
      .entries()
      .filter(({ kind }) => kind === 'permission')
      .map(({ id, module, label }) => ({
        id,
        label: label === undefined ? id : this.messages.for(module).text(label, undefined, locale),
        selected: id === asked.permission,
      }))
      .sort((one, other) => one.label.localeCompare(other.label, locale));
    const sites = this.diagnostics
      .sitesFor(ctx.access)
      .map(({ address, name }) => ({ address, name, selected: address === asked.site }));
    const othersToo = this.diagnostics.mayAskForOthers(ctx.access);
    const model = { asked, found, permissions, sites, othersToo, error: error?.message };
    ctx.render('why-access', model, { title: ctx.text('why-access.title'), ...(error ? { status: error.status } : {}) });
  }
}
