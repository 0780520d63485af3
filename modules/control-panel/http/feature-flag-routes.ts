import {
  type AuditRecord,
  type FlagState,
  Flags,
  type FlagType,
  type HttpRoutes,
  inject,
  injectable,
  notFound,
  type RouteContext,
  type Router,
  z,
} from '@portico/core';
import { FlagEffects } from '../services/flag-effects.js';
import { FlagNotices } from '../services/flag-notices.js';
import { permissions } from '../services/permissions.js';
import { flagActor } from './flag-actor.js';
import { flagRow, flagTypes } from './flag-rows.js';

/** One line of a flag's history. */
interface FlagHistoryRow {
  readonly at: string;
  readonly by: string;
  readonly via: string;
  readonly change: string;
  readonly reason?: string;
}

/** The offer to take back the last change, as a form. */
interface UndoOffer {
  readonly change: string;
  /** What would be in force then, e.g. "Undo: back to off". */
  readonly label: string;
}

type TextContext = Pick<RouteContext, 'text'>;

function historyRow(ctx: TextContext, { at, by, via, action, before, after, reason }: AuditRecord): FlagHistoryRow {
  const change = ctx.text('flags.change', { from: stateLabel(ctx, before), to: stateLabel(ctx, after) });
  return {
    at: at.toISOString(),
    by: by.name,
    via: ctx.text(`audit.via.${via}`),
    change: action === 'undone' ? ctx.text('flags.undone-change', { change }) : change,
    ...(reason ? { reason } : {}),
  };
}

/** Undefined when there is nothing to take back, or when the environment locks the flag. */
function undoOffer(ctx: TextContext, state: FlagState, last: AuditRecord | undefined): UndoOffer | undefined {
  if (!last || state.lockedBy) return undefined;
  return { change: last.id, label: ctx.text('flags.undo', { value: stateLabel(ctx, last.before) }) };
}

function stateLabel(ctx: TextContext, value: unknown): string {
  return ctx.text(value === true ? 'flags.on' : value === false ? 'flags.off' : 'flags.no-override').toLowerCase();
}

const access = { permission: permissions.flags };
const key = z.string().max(100);
const from = z.enum(['list', 'details']).default('list');
/** As long as a request may be: one that is too long comes back in its form. */
const reason = z.string().trim().optional();
const reasonLimit = 500;
const query = z.strictObject({
  type: z.enum(['release', 'beta', 'dev', 'deprecation']).default('release'),
  /** The flag that was switched just now, for the offer to take it back. */
  changed: key.optional(),
});
const params = z.strictObject({ key });
const page = z.strictObject({ before: z.uuid().optional() });
const switching = z.strictObject({ enabled: z.enum(['true', 'false', 'unset']), reason, from });
const undoing = z.strictObject({ change: z.uuid(), reason, from });
const values = { true: true, false: false, unset: undefined } as const;
const place = '/configuration/feature-flags';

type Params = z.output<typeof params>;

/** The Feature Flags screen: the tabs, and a page for each flag. */
@injectable()
export class FeatureFlagRoutes implements HttpRoutes {
  readonly prefix = place;

  constructor(
    @inject(Flags) private readonly flags: Flags,
    @inject(FlagNotices) private readonly notices: FlagNotices,
    @inject(FlagEffects) private readonly effects: FlagEffects,
  ) {}

  register(router: Router): void {
    router.get('/', { access, query }, (ctx: RouteContext<unknown, z.output<typeof query>>) => this.list(ctx));
    router.get('/:key', { access, params, query: page }, (ctx: RouteContext<Params, z.output<typeof page>>) => this.show(ctx));
    router.post('/:key', { access, params, body: switching }, (ctx: RouteContext<Params, unknown, z.output<typeof switching>>) =>
      this.set(ctx),
    );
    router.post('/:key/undo', { access, params, body: undoing }, (ctx: RouteContext<Params, unknown, z.output<typeof undoing>>) =>
      this.undo(ctx),
    );
  }

  private async list(ctx: RouteContext<unknown, { type: FlagType; changed?: string | undefined }>): Promise<void> {
    const { type, changed } = ctx.input.query;
    const { locale } = ctx.access;
    const { today } = this.notices;
    const overdue = this.notices.overdue();
    const ofType = this.flags.all().filter((state) => state.type === type);
    const shown = ofType.filter(({ available }) => available);
    const title = ctx.text('flags.title');
    const undo = await this.undoOf(
      ctx,
      shown.find((state) => state.key === changed),
    );
    const model = {
      title,
      crumbs: [{ name: ctx.text('flags.above'), href: ctx.url('/configuration/instance-settings') }],
      tabs: flagTypes.map((each) => ({ type: each, label: ctx.text(`flags.type.${each}`), active: each === type })),
      type,
      explanation: ctx.text(`flags.explanation.${type}`),
      flags: shown.map((state) => ({
        ...flagRow(state, this.flags.chain(state.key), today),
        effects: this.effects.shown(state.key, locale),
        undo: state.key === changed ? undo : undefined,
      })),
      // Shown to nobody, and said why: an empty tab would look like a fault.
      hidden: ofType.length > shown.length ? ctx.text('flags.dev-hidden', { count: ofType.length - shown.length }) : undefined,
      overdue:
        overdue.length > 0
          ? ctx.text('flags.overdue-notice', { flags: overdue.map(({ title }) => title).join(', ') })
          : undefined,
      problems: this.flags.problems(),
    };
    ctx.render('feature-flags', model, { title });
  }

  private show(ctx: RouteContext<Params, { before?: string | undefined }>): Promise<void> {
    return this.page(ctx, ctx.input.query.before);
  }

  /** @param typed a reason that was too long to be kept. */
  private async page(ctx: RouteContext<Params, unknown, unknown>, before?: string, typed?: string): Promise<void> {
    const state = this.find(ctx.input.params.key);
    const history = await this.flags.history(state.key, before, 20);
    const model = {
      ...flagRow(state, this.flags.chain(state.key), this.notices.today),
      type: state.type,
      typeLabel: ctx.text(`flags.type.${state.type}`),
      sources: state.sources.map((source, index) => ({ ...source, wins: index === 0 })),
      effects: this.effects.shown(state.key, ctx.access.locale),
      history: history.records.map((record) => historyRow(ctx, record)),
      older: history.next,
      undo: before === undefined ? undoOffer(ctx, state, history.records[0]) : undefined,
      typed,
      reasonLimit,
      reasonError:
        typed === undefined ? undefined : ctx.text('flags.reason-too-long', { limit: reasonLimit, length: typed.length }),
    };
    ctx.render('feature-flag', model, { title: state.title, status: typed === undefined ? 200 : 400 });
  }

  private async set(ctx: RouteContext<Params, unknown, z.output<typeof switching>>): Promise<void> {
    const { enabled, from, reason = '' } = ctx.input.body;
    if (reason.length > reasonLimit) return this.page(ctx, undefined, reason);
    await this.flags.override(ctx.input.params.key, values[enabled], flagActor(ctx, 'screen', ctx.input.body.reason));
    this.answer(ctx, from);
  }

  private async undo(ctx: RouteContext<Params, unknown, z.output<typeof undoing>>): Promise<void> {
    const { change, from, reason = '' } = ctx.input.body;
    if (reason.length > reasonLimit) return this.page(ctx, undefined, reason);
    await this.flags.undo(ctx.input.params.key, change, flagActor(ctx, 'screen', ctx.input.body.reason));
    this.answer(ctx, from);
  }

  private answer(ctx: RouteContext<Params>, from: 'list' | 'details'): void {
    const { key } = ctx.input.params;
    const state = this.flags.state(key);
    const title = state?.title ?? key;
    const sentence = ctx.text(state?.enabled ? 'flags.now-on' : 'flags.now-off', { title, key });
    const list = `${place}?type=${state?.type ?? 'release'}&changed=${encodeURIComponent(key)}`;
    ctx.redirectWith(
      from === 'details' ? `${place}/${encodeURIComponent(key)}` : list,
      `${sentence} ${state?.reason ?? ''}`.trim(),
    );
  }

  private find(key: string): FlagState {
    const state = this.flags.state(key);
    if (!state?.available) throw notFound('flag');
    return state;
  }

  private async undoOf(ctx: Pick<RouteContext, 'text'>, state: FlagState | undefined): Promise<ReturnType<typeof undoOffer>> {
    if (!state) return undefined;
    const { records } = await this.flags.history(state.key, undefined, 1);
    return undoOffer(ctx, state, records[0]);
  }
}
