import {
  type AccessContext,
  AccessContexts,
  type HttpRoutes,
  inject,
  injectable,
  notFound,
  PortalError,
  type RouteContext,
  type Router,
} from '@portico/core';
import { type ButtonExplanation, type ButtonStep, Explanations } from '../services/availability/explanations.js';
import { whyAnswer } from './answer-schemas.js';
import { wantsJson } from './answers.js';
import { whyQuery } from './input.js';

type AnyContext = RouteContext<unknown, unknown, unknown>;

/** Why don't I see the button? It answers while the flag is off, too: for whoever asks, and for others to those who may diagnose. */
@injectable()
export class WhyRoutes implements HttpRoutes {
  readonly prefix = '~/ai-creator/why';

  constructor(
    @inject(Explanations) private readonly explanations: Explanations,
    @inject(AccessContexts) private readonly contexts: AccessContexts,
  ) {}

  register(router: Router): void {
    router.get('/', { access: 'signed-in', query: whyQuery, answer: whyAnswer }, async (ctx) => {
      const { folder, uploads, person } = ctx.input.query;
      if (!ctx.access.can('sites.view-site') && !this.mayDiagnose(ctx)) throw notFound();
      const about = this.about(ctx, person);
      const explanation = await this.explanations.explain(about, { uploads: uploads === 'true', ...(folder ? { folder } : {}) });
      const model = this.model(ctx, about, explanation);
      if (wantsJson(ctx)) ctx.body = model;
      else ctx.render('why', model, { title: ctx.text('why.title') });
    });
  }

  private about(ctx: AnyContext, email: string | undefined): AccessContext {
    if (!email || email === ctx.access.person?.email) return ctx.access;
    if (!this.mayDiagnose(ctx)) throw new PortalError('forbidden', ctx.text('why.only-yourself'), { status: 403 });
    return this.contexts.named({ site: ctx.access.site?.address, person: email });
  }

  private mayDiagnose({ access }: AnyContext): boolean {
    return this.contexts.for(access.person).can('configuration.diagnose');
  }

  private model(ctx: AnyContext, { person, site }: AccessContext, { isVisible, canCreate, steps }: ButtonExplanation): object {
    const names = { name: person?.name ?? ctx.text('why.guest'), site: site?.name ?? '' };
    const shown = steps.map(({ href, hrefPermission, ...step }: ButtonStep) => ({
      ...step,
      href: href && !step.met && this.mayOpen(ctx, href, hrefPermission) ? ctx.url(href) : undefined,
    }));
    return {
      visible: isVisible,
      canCreate,
      summary: ctx.text(isVisible ? (canCreate ? 'why.visible' : 'why.visible-but') : 'why.hidden', names),
      blocking: shown.find(({ blocks }) => blocks),
      steps: shown,
    };
  }

  /** Pages of the instance ask for a permission on the instance. */
  private mayOpen({ access }: AnyContext, href: string, permission: string | undefined): boolean {
    const where = href.startsWith('~') ? access : this.contexts.for(access.person, undefined, access.locale);
    return permission === undefined || where.can(permission);
  }
}
