import {
  type FlagState,
  Flags,
  type HttpRoutes,
  inject,
  injectable,
  PortalError,
  type RouteContext,
  type Router,
  z,
} from '@portico/core';
import { FlagEffects } from '../services/flag-effects.js';
import { permissions } from '../services/permissions.js';
import { flagActor } from './flag-actor.js';
import {
  flagAnswer,
  flagDetailAnswer,
  flagExportAnswer,
  flagHistoryAnswer,
  flagImportAnswer,
  flagListAnswer,
} from './flag-answers.js';

const declaration = { access: { permission: permissions.flags }, answers: 'json', apiToken: true } as const;
const params = z.strictObject({ key: z.string().max(100) });
const page = z.strictObject({ before: z.uuid().optional() });
const reason = z.string().trim().max(500).optional();
const switching = z.strictObject({ enabled: z.boolean().nullable(), reason });
const undoing = z.strictObject({ change: z.uuid(), reason });
const importing = z.strictObject({
  document: z.looseObject({}),
  dryRun: z.boolean().default(false),
  replace: z.boolean().default(false),
  reason,
});

type Params = z.output<typeof params>;

/** The feature flags for programs: what the screen and the command line do, as JSON. */
@injectable()
export class FlagApiRoutes implements HttpRoutes {
  readonly prefix = '/api/flags';

  constructor(
    @inject(Flags) private readonly flags: Flags,
    @inject(FlagEffects) private readonly effects: FlagEffects,
  ) {}

  register(router: Router): void {
    router.get('/', { ...declaration, answer: flagListAnswer }, (ctx) => {
      ctx.body = { flags: this.flags.all().map(shown), problems: this.flags.problems() };
    });
    router.get('/export', { ...declaration, answer: flagExportAnswer }, (ctx) => {
      ctx.body = this.flags.export();
    });
    router.post(
      '/import',
      { ...declaration, body: importing, answer: flagImportAnswer },
      (ctx: RouteContext<unknown, unknown, z.output<typeof importing>>) => this.import(ctx),
    );
    router.get('/:key', { ...declaration, params, answer: flagDetailAnswer }, (ctx: RouteContext<Params>) => {
      const { key } = ctx.input.params;
      ctx.body = { ...shown(this.find(key)), chain: this.flags.chain(key), affects: this.effects.of(key, ctx.access.locale) };
    });
    router.put(
      '/:key',
      { ...declaration, params, body: switching, answer: flagAnswer },
      async (ctx: RouteContext<Params, unknown, z.output<typeof switching>>) => {
        const { enabled, reason } = ctx.input.body;
        await this.flags.override(ctx.input.params.key, enabled ?? undefined, flagActor(ctx, 'api', reason));
        ctx.body = shown(this.find(ctx.input.params.key));
      },
    );
    router.get(
      '/:key/history',
      { ...declaration, params, query: page, answer: flagHistoryAnswer },
      async (ctx: RouteContext<Params, z.output<typeof page>>) => {
        const { records, ...rest } = await this.flags.history(this.find(ctx.input.params.key).key, ctx.input.query.before);
        // From which address is for those who may read the audit log.
        ctx.body = { ...rest, records: records.map(({ number: _, address: __, requestId: ___, about: ____, ...told }) => told) };
      },
    );
    router.post(
      '/:key/undo',
      { ...declaration, params, body: undoing, answer: flagAnswer },
      async (ctx: RouteContext<Params, unknown, z.output<typeof undoing>>) => {
        const { change, reason } = ctx.input.body;
        await this.flags.undo(ctx.input.params.key, change, flagActor(ctx, 'api', reason));
        ctx.body = shown(this.find(ctx.input.params.key));
      },
    );
  }

  /** Lines and columns of faults are those of the document when it is written with two spaces. */
  private async import(ctx: RouteContext<unknown, unknown, z.output<typeof importing>>): Promise<void> {
    const { document, dryRun, replace, reason } = ctx.input.body;
    const answer = await this.flags.import(JSON.stringify(document, undefined, 2), {
      by: flagActor(ctx, 'api', reason),
      dryRun,
      replace,
    });
    if (!dryRun && answer.faults.length > 0) throw importRefused(answer.faults);
    ctx.body = { ...answer, changes: answer.changes.map(({ key, from = null, to = null }) => ({ key, from, to })) };
  }

  private find(key: string): FlagState {
    const state = this.flags.state(key);
    if (!state) throw new PortalError('flag-unknown', `There is no feature flag ${key}.`, { status: 404 });
    return state;
  }
}

function importRefused(faults: readonly string[]): PortalError {
  return new PortalError('flag-import-refused', 'Nothing was imported: the document has faults.', {
    status: 400,
    details: { faults },
  });
}

/** Everything about a flag but what only code needs. */
function shown(state: FlagState): object {
  const { key, type, title, description, owner, introduced, review, links, dependsOn, dependents } = state;
  const { enabled, origin, reason, lockedBy, available, sources } = state;
  return {
    key,
    type,
    title,
    description,
    owner,
    introduced,
    review,
    links,
    dependsOn,
    dependents,
    enabled,
    origin,
    reason,
    lockedBy,
    available,
    sources,
  };
}
