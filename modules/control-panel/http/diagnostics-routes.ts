import { type HttpRoutes, inject, injectable, PortalError, type RouteContext, type Router, z } from '@portico/core';
import { type Answer, Diagnostics } from '../services/diagnostics.js';

const text = z.string().trim().max(300).optional();
const query = z.strictObject({ point: text, contribution: text, site: text, person: text, given: text });
type Query = z.output<typeof query>;
const step = z.object({
  criterion: z.string(),
  subject: z.string(),
  met: z.boolean(),
  reason: z.string(),
  title: z.string(),
  blocks: z.boolean(),
  changeableBy: z.string().optional(),
  href: z.string().optional(),
});
const answer = z.object({
  answers: z.array(
    z.object({
      point: z.string(),
      contribution: z.string(),
      module: z.string(),
      visible: z.boolean(),
      summary: z.string(),
      steps: z.array(step),
      blocking: step.optional(),
    }),
  ),
});

/** Why is this here, or not? People may ask for themselves; the screen is in the Control Panel of those who may ask for others. */
@injectable()
export class DiagnosticsRoutes implements HttpRoutes {
  readonly prefix = '/configuration/diagnostics';

  constructor(@inject(Diagnostics) private readonly diagnostics: Diagnostics) {}

  register(router: Router): void {
    router.get('/', { access: 'signed-in', query, answer }, (ctx: RouteContext<unknown, Query>) => this.show(ctx));
  }

  private async show(ctx: RouteContext<unknown, Query>): Promise<void> {
    const asked = pointOf(ctx.input.query);
    const json = ctx.accepts('html', 'json') === 'json';
    try {
      const answers = asked.point && asked.contribution ? this.diagnostics.ask(ctx.access, { ...asked, ...needed(asked) }) : [];
      if (json) ctx.body = { answers };
      else await this.render(ctx, asked, answers);
    } catch (error) {
      if (json || !(error instanceof PortalError)) throw error;
      await this.render(ctx, asked, [], error);
    }
  }

  private async render(
    ctx: RouteContext<unknown, Query>,
    asked: Query,
    answers: readonly Answer[],
    error?: PortalError,
  ): Promise<void> {
    const title = ctx.text('diagnostics.title');
    const chosen = `${asked.point} ${asked.contribution}`;
    const points = this.diagnostics.choices(ctx.access).map(({ point, label: pointLabel, options }) => ({
      label: pointLabel,
      options: options.map(({ id, module, label }) => {
        const value = `${point} ${module}/${id}`;
        return { value, label, selected: value === chosen || `${point} ${id}` === chosen };
      }),
    }));
    const model = {
      points,
      sites: this.diagnostics
        .sitesFor(ctx.access)
        .map(({ address, name }) => ({ address, name, selected: address === asked.site })),
      asked,
      othersToo: this.diagnostics.mayAskForOthers(ctx.access),
      answers: answers.map((each) => ({ ...each, moduleName: this.diagnostics.moduleName(ctx.access, each.module) })),
      findings: await this.diagnostics.findings(ctx.access),
      error: error?.message,
    };
    ctx.render('diagnostics', model, { title, ...(error ? { status: error.status } : {}) });
  }
}

/** The form has point and contribution in one field. */
function pointOf({ point, contribution, ...rest }: Query): Query {
  if (point !== undefined || !contribution?.includes(' ')) return { point, contribution, ...rest };
  const [first, second] = contribution.split(' ');
  return { ...rest, point: first, contribution: second };
}

const needed = ({ point = '', contribution = '' }: Query): { readonly point: string; readonly contribution: string } => ({
  point,
  contribution,
});
