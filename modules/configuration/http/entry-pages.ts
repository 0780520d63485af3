import { AuditLog, AuditPresenter, inject, injectable, type RouteContext } from '@portico/core';
import type { SettingsField } from '../api/index.js';
import { isOnlyRead } from '../services/permissions.js';
import { SettingPresenter } from '../services/setting-presenter.js';
import { scopeKey } from '../services/setting-rows.js';
import { auditArea } from '../services/settings-audit.js';
import { SettingsRegistry } from '../services/settings-registry.js';
import { personOf } from './person-of.js';
import { places, SettingsEntries } from './settings-entries.js';

interface EntryParams {
  readonly id: string;
}
export interface ResetForm {
  readonly revision: number;
  readonly secrets?: 'on' | undefined;
}
interface Own {
  readonly name: string;
  readonly field: SettingsField;
}

/** What belongs to an entry beside its form: its history, and the way back to what is inherited. */
@injectable()
export class EntryPages {
  constructor(
    @inject(SettingsEntries) private readonly entries: SettingsEntries,
    @inject(SettingsRegistry) private readonly registry: SettingsRegistry,
    @inject(SettingPresenter) private readonly presenter: SettingPresenter,
    @inject(AuditLog) private readonly log: AuditLog,
    @inject(AuditPresenter) private readonly auditPresenter: AuditPresenter,
  ) {}

  async history(ctx: RouteContext<EntryParams, { readonly before?: string | undefined }>): Promise<void> {
    const { id } = ctx.input.params;
    const entry = this.entries.find(id, ctx.access);
    const filter = { area: auditArea, subject: id, scope: scopeKey(ctx.access.scope) };
    const { records, next } = await this.log.list(filter, ctx.input.query.before, 30);
    const name = this.presenter.theirs(entry.module, entry.value.title, ctx.access.locale);
    const title = ctx.text('history.title', { name });
    const model = {
      title,
      backHref: this.place(ctx),
      rows: records.map((record) => this.auditPresenter.row(record, ctx.access.locale)),
      next: next && `?before=${next}`,
    };
    ctx.render('settings-history', model, { title });
  }

  askReset(ctx: RouteContext<EntryParams>): void {
    const entry = this.entries.find(ctx.input.params.id, ctx.access);
    const { locale, scope } = ctx.access;
    const handle = this.registry.handle(entry.value.id);
    const own = this.own(ctx);
    const value = ({ name, field }: Own, said: unknown): string =>
      this.presenter.value(entry.moduleOf(name), field, said, locale);
    const items = ({ name, field }: Own, said: unknown): readonly string[] | undefined =>
      this.presenter.items(entry.moduleOf(name), field, said, locale);
    const label = ({ name, field }: Own): string => this.presenter.theirs(entry.moduleOf(name), field.label, locale);
    const title = ctx.text('reset.title', { name: this.presenter.theirs(entry.module, entry.value.title, locale) });
    const model = {
      title,
      text: ctx.text(`reset.text-${scope.kind}`),
      backHref: this.place(ctx),
      action: `${this.place(ctx)}/reset`,
      revision: handle.revision(scope),
      rows: own
        .filter(({ field }) => field.type !== 'secret')
        .map((each) => {
          const resolved = handle.resolve(scope, each.name);
          return {
            label: label(each),
            now: value(each, resolved.own),
            nowItems: items(each, resolved.own),
            becomes: value(each, resolved.inherited),
            becomesItems: items(each, resolved.inherited),
          };
        }),
      secrets: own
        .filter(({ field }) => field.type === 'secret')
        .map(label)
        .join(', '),
    };
    ctx.render('settings-reset', model, { title });
  }

  async reset(ctx: RouteContext<EntryParams, unknown, ResetForm>): Promise<void> {
    const entry = this.entries.find(ctx.input.params.id, ctx.access);
    const { revision, secrets } = ctx.input.body;
    const own = this.own(ctx).filter(({ field }) => field.type !== 'secret' || secrets === 'on');
    const patch = Object.fromEntries(own.map(({ name }) => [name, 'inherit' as const]));
    if (own.length > 0)
      await this.registry.handle(entry.value.id).save(ctx.access.scope, patch, personOf(ctx.access), revision, 'screen');
    const title = this.presenter.theirs(entry.module, entry.value.title, ctx.access.locale);
    ctx.redirectWith(this.place(ctx), ctx.text('reset.done', { title }));
  }

  /** The fields that say something of their own here and can be changed. */
  private own(ctx: RouteContext<EntryParams>): readonly Own[] {
    const { scope } = ctx.access;
    const { value } = this.entries.find(ctx.input.params.id, ctx.access);
    const handle = this.registry.handle(value.id);
    return Object.entries(value.fields)
      .filter(([, field]) => scope.kind === 'instance' || field.siteOverridable !== false)
      .map(([name, field]) => ({ name, field }))
      .filter(({ name }) => {
        const { own, lockedBy } = handle.resolve(scope, name);
        return own !== undefined && lockedBy === undefined;
      })
      .filter(({ field }) => !isOnlyRead(field, ctx.access));
  }

  private place({ access, input }: RouteContext<EntryParams>): string {
    return `${places[access.scope.kind]}/${input.params.id}`;
  }
}
