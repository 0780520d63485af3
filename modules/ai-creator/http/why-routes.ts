import { AccessContexts, type HttpRoutes, inject, injectable, type RouteContext, type Router } from '@portico/core';
import { Documents } from '@portico/documents-media/api';
import { type ButtonExplanation, Explanations } from '../services/explanations.js';
import { wantsJson } from './answers.js';
import { whyQuery } from './input.js';

/** Why don't I see the button? It answers while the flag is off, too. */
@injectable()
export class WhyRoutes implements HttpRoutes {
  readonly prefix = '~/ai-creator/why';

  constructor(
    @inject(Explanations) private readonly explanations: Explanations,
    @inject(Documents) private readonly documents: Documents,
    @inject(AccessContexts) private readonly contexts: AccessContexts,
  ) {}

  register(router: Router): void {
    router.get('/', { access: 'signed-in', query: whyQuery }, async (ctx) => {
      const { folder, uploads } = ctx.input.query;
      if (folder) await this.documents.folder(ctx.access, folder);
      const explanation = await this.explanations.explain(ctx.access, uploads === 'true' ? ['uploads'] : []);
      const model = this.model(ctx, explanation);
      if (wantsJson(ctx)) ctx.body = model;
      else ctx.render('why', model, { title: ctx.text('why.title') });
    });
  }

  private model(ctx: RouteContext<unknown, unknown, unknown>, { isVisible, steps }: ButtonExplanation): object {
    const { person, site } = ctx.access;
    const names = { name: person?.name ?? ctx.text('why.guest'), site: site?.name ?? '' };
    const shown = steps.map(({ href, hrefPermission, ...step }) => ({
      ...step,
      href: href && this.mayOpen(ctx, href, hrefPermission) ? ctx.url(href) : undefined,
    }));
    return {
      visible: isVisible,
      summary: ctx.text(isVisible ? 'why.visible' : 'why.hidden', names),
      blocking: shown.find(({ blocks }) => blocks),
      steps: shown,
    };
  }

  /** Pages of the instance ask for a permission on the instance. */
  private mayOpen({ access }: RouteContext<unknown, unknown, unknown>, href: string, permission: string | undefined): boolean {
    const where = href.startsWith('~') ? access : this.contexts.for(access.person, undefined, access.locale);
    return permission === undefined || where.can(permission);
  }
}
