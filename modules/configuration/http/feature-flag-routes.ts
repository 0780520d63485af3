import { Flags, type FlagType, type HttpRoutes, inject, injectable, type RouteContext, type Router } from '@portico/core';
import { z } from 'zod';
import { FlagNotices } from '../services/flag-notices.js';
import { permissions } from '../services/permissions.js';
import { flagRow, flagTypes } from './flag-rows.js';
import { personOf } from './person-of.js';
import { SettingsEntries } from './settings-entries.js';

const access = { permission: permissions.flags };
const query = z.strictObject({ type: z.enum(['release', 'beta', 'dev', 'deprecation']).default('release') });
const params = z.strictObject({ key: z.string().max(100) });
const body = z.strictObject({ enabled: z.enum(['true', 'false', 'unset']) });
const values = { true: true, false: false, unset: undefined } as const;

/** The Feature Flags screen. */
@injectable()
export class FeatureFlagRoutes implements HttpRoutes {
  readonly prefix = '/configuration/feature-flags';

  constructor(
    @inject(Flags) private readonly flags: Flags,
    @inject(SettingsEntries) private readonly entries: SettingsEntries,
    @inject(FlagNotices) private readonly notices: FlagNotices,
  ) {}

  register(router: Router): void {
    router.get('/', { access, query }, (ctx: RouteContext<unknown, { type: FlagType }>) => this.show(ctx));
    router.post('/:key', { access, params, body }, (ctx: RouteContext<z.output<typeof params>, unknown, z.output<typeof body>>) =>
      this.set(ctx),
    );
  }

  private show(ctx: RouteContext<unknown, { type: FlagType }>): void {
    const { type } = ctx.input.query;
    const { today } = this.notices;
    const overdue = this.notices.overdue();
    const ofType = this.flags.all().filter((state) => state.type === type);
    const shown = ofType.filter(({ available }) => available);
    const title = ctx.text('flags.title');
    const model = {
      title,
      sections: this.entries.sections(ctx.access, 'feature-flags'),
      tabs: flagTypes.map((each) => ({ type: each, label: ctx.text(`flags.type.${each}`), active: each === type })),
      type,
      explanation: ctx.text(`flags.explanation.${type}`),
      flags: shown.map((state) => flagRow(state, this.flags.chain(state.key), today)),
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

  private async set(ctx: RouteContext<z.output<typeof params>, unknown, z.output<typeof body>>): Promise<void> {
    const { key } = ctx.input.params;
    const person = personOf(ctx.access);
    await this.flags.override(key, values[ctx.input.body.enabled], person.name || person.email);
    const state = this.flags.state(key);
    const place = `/configuration/feature-flags?type=${state?.type ?? 'release'}`;
    const title = state?.title ?? key;
    ctx.redirectWith(
      place,
      `${ctx.text(state?.enabled ? 'flags.now-on' : 'flags.now-off', { title, key })} ${state?.reason ?? ''}`.trim(),
    );
  }
}
