import { type HttpRoutes, inject, injectable, Modules, PortalError, type RouteContext, type Router, z } from '@portico/core';
import { type Answer, type DiagnosticChoice, Diagnostics } from '../services/diagnostics.js';
import { permissions } from '../services/permissions.js';

const text = z.string().trim().max(300).optional();
const query = z.strictObject({ text, point: text, contribution: text, site: text, person: text, given: text });
type Query = z.output<typeof query>;
export const answeredStep = z.object({
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
      steps: z.array(answeredStep),
      blocking: answeredStep.optional(),
    }),
  ),
});

/** What each module has done since the process began: counters that only grow, but for `openRequests` and `memory`. */
const metrics = z.object({
  modules: z.array(
    z.object({
      id: z.string(),
      version: z.string(),
      state: z.string(),
      turns: z.number(),
      turnMillis: z.number(),
      longTurns: z.number(),
      longestTurnMillis: z.number(),
      openRequests: z.number(),
      errors: z.number(),
      lastError: z.string().optional(),
      memory: z.object({ bytes: z.number(), grownBytes: z.number() }).optional(),
    }),
  ),
});

/** Why is this here, or not? People may ask for themselves; the screen is in the Control Panel of those who may ask for others. */
@injectable()
export class DiagnosticsRoutes implements HttpRoutes {
  readonly prefix = '/configuration/diagnostics';

  constructor(
    @inject(Diagnostics) private readonly diagnostics: Diagnostics,
    @inject(Modules) private readonly modules: Modules,
  ) {}

  register(router: Router): void {
    router.get('/', { access: 'signed-in', query, answer }, (ctx: RouteContext<unknown, Query>) => this.show(ctx));
    router.get(
      '/modules.json',
      { access: { permission: permissions.diagnose }, answers: 'json', answer: metrics },
      (ctx: RouteContext) => {
        ctx.set('Cache-Control', 'no-store');
        ctx.body = { modules: this.metricsOf() };
      },
    );
  }

  /** Figures alone: why a module is as it is stands on the screen Modules, for those who manage them. */
  private metricsOf(): z.output<typeof metrics>['modules'] {
    return this.modules.list().flatMap(({ id, version, state }) => {
      const activity = this.modules.activity(id);
      return activity ? [{ id, version, state, ...activity }] : [];
    });
  }

  private async show(ctx: RouteContext<unknown, Query>): Promise<void> {
    const asked = ctx.input.query;
    const json = ctx.accepts('html', 'json') === 'json';
    const found = asked.text && !asked.contribution ? this.diagnostics.search(ctx.access, asked.text) : [];
    const [only] = found.length === 1 ? found : [];
    const { text: _, ...rest } = asked;
    const { point, contribution } = only ? { point: only.point, contribution: `${only.module}/${only.id}` } : asked;
    try {
      const answers = point && contribution ? this.diagnostics.ask(ctx.access, { ...rest, point, contribution }) : [];
      if (json) ctx.body = { answers };
      else await this.render(ctx, { answers, found: only ? [] : found });
    } catch (error) {
      if (json || !(error instanceof PortalError)) throw error;
      await this.render(ctx, { answers: [], found: [], error });
    }
  }

  private async render(ctx: RouteContext<unknown, Query>, { answers, found, error }: Shown): Promise<void> {
    const title = ctx.text('diagnostics.title');
    const asked = ctx.input.query;
    const choices = this.diagnostics.choices(ctx.access);
    const linked = (isNamed: boolean): readonly { readonly label: string; readonly href: string; readonly id?: string }[] =>
      found
        .filter((each) => each.isNamed === isNamed)
        .map((each) => ({
          label: each.label,
          href: hrefOf(asked, each),
          // Two of the same name are told apart by their ids.
          ...(found.some((other) => other !== each && other.label === each.label) ? { id: each.id } : {}),
        }));
    const chosen = choices.find(
      ({ point, module, id }) => point === asked.point && [id, `${module}/${id}`].includes(asked.contribution ?? ''),
    );
    const model = {
      text: asked.text ?? chosen?.label,
      names: choices.filter(({ isNamed }) => isNamed).map(({ label }) => label),
      found: linked(true),
      unseen: linked(false),
      isMissing: Boolean(asked.text) && error === undefined && found.length === 0 && answers.length === 0,
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

interface Shown {
  readonly answers: readonly Answer[];
  /** What the words may mean, when they mean more than one thing. */
  readonly found: readonly DiagnosticChoice[];
  readonly error?: PortalError;
}

/** The same question about one thing. */
function hrefOf({ site, person, given }: Query, { point, module, id }: DiagnosticChoice): string {
  const kept = Object.entries({ site, person, given }).filter((entry): entry is [string, string] => Boolean(entry[1]));
  return `?${new URLSearchParams([['point', point], ['contribution', `${module}/${id}`], ...kept])}`;
}
