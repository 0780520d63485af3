import {
  type HttpRoutes,
  inject,
  injectable,
  notFound,
  optional,
  type RouteContext,
  type Router,
  type ServiceHandle,
  SiteDirectory,
  z,
} from '@portico/core';
import { type ImportChange, isSealed } from '../services/import-plan.js';
import { permissions } from '../services/permissions.js';
import { SettingPresenter } from '../services/setting-presenter.js';
import { SettingsCatalog } from '../services/settings-catalog.js';
import { SettingsExport } from '../services/settings-export.js';
import { SettingsRegistry } from '../services/settings-registry.js';
import { type ImportDone, SettingsTransfer } from '../services/settings-transfer.js';
import { personOf } from './person-of.js';

const access = { permission: permissions.instanceSettings };
const text = z.string().max(100).default('');
const exporting = z.strictObject({ entry: text, scope: text });
const importing = z.strictObject({
  content: z.string().max(2_000_000),
  replace: z.literal('on').optional(),
  action: z.enum(['check', 'import']),
});
const note = z.object({ line: z.int(), column: z.int(), path: z.string(), sentence: z.string() });
/** Values of settings are of any kind; a secret only says that it is one. */
const importAnswer = z.object({
  id: z.string().optional(),
  changes: z.array(
    z.object({
      scope: z.object({ kind: z.enum(['instance', 'site']), siteId: z.string().optional() }),
      place: z.string(),
      id: z.string(),
      field: z.string(),
      before: z.unknown().optional(),
      after: z.unknown().optional(),
    }),
  ),
  faults: z.array(note),
  skipped: z.array(note),
});
const undoing = z.strictObject({ id: z.uuid() });
const place = '/configuration/settings-transfer';

type Importing = z.output<typeof importing>;

/** Settings as files: out, in after a look at the difference, and back again. Pages that are hidden from a person stand in no file of theirs. */
@injectable()
export class TransferRoutes implements HttpRoutes {
  readonly prefix = place;

  constructor(
    @inject(SettingsTransfer) private readonly transfer: SettingsTransfer,
    @inject(SettingsExport) private readonly settings: SettingsExport,
    @inject(SettingsRegistry) private readonly registry: SettingsRegistry,
    @inject(SettingsCatalog) private readonly catalog: SettingsCatalog,
    @inject(SettingPresenter) private readonly presenter: SettingPresenter,
    @inject(optional(SiteDirectory)) private readonly sites: ServiceHandle<SiteDirectory>,
  ) {}

  register(router: Router): void {
    router.get('/', { access }, (ctx) => this.show(ctx, {}));
    router.get('/export', { access, query: exporting }, (ctx: RouteContext<unknown, z.output<typeof exporting>>) =>
      this.export(ctx),
    );
    router.post('/import', { access, body: importing, answer: importAnswer }, (ctx: RouteContext<unknown, unknown, Importing>) =>
      this.import(ctx),
    );
    router.post('/undo', { access, body: undoing }, async (ctx: RouteContext<unknown, unknown, z.output<typeof undoing>>) => {
      const count = await this.transfer.undo(ctx.input.body.id, personOf(ctx.access));
      ctx.redirectWith(place, ctx.text('transfer.undone', { count }));
    });
  }

  private async export(ctx: RouteContext<unknown, z.output<typeof exporting>>): Promise<void> {
    const { entry, scope } = ctx.input.query;
    if (scope !== '' && !this.settings.places().some(([name]) => name === scope)) throw notFound('scope');
    const written = await this.settings.write({
      ...(entry ? { id: entry } : {}),
      ...(scope ? { scope } : {}),
      reach: this.catalog.visible(ctx.access),
    });
    const name = ['settings', entry, scope.replace(':', '-')]
      .filter(Boolean)
      .join('-')
      .replace(/[^\w.-]/g, '');
    ctx.attachment(`${name}.json`);
    ctx.type = 'application/json; charset=utf-8';
    ctx.body = `${JSON.stringify(written, undefined, 2)}\n`;
  }

  private async import(ctx: RouteContext<unknown, unknown, Importing>): Promise<void> {
    const { content, replace, action } = ctx.input.body;
    const { locale } = ctx.access;
    const options = {
      by: personOf(ctx.access),
      reach: this.catalog.visible(ctx.access),
      replace: replace === 'on',
      dryRun: action === 'check',
      locale,
    };
    const done = await this.transfer.import(content, options);
    const status = done.faults.length > 0 ? 400 : 200;
    if (ctx.accepts('html', 'json') === 'json') {
      ctx.status = status;
      ctx.body = {
        ...done,
        changes: done.changes.map((change) => ({ ...change, change: undefined, before: open(change.before) })),
      };
    } else if (done.id !== undefined) ctx.redirectWith(place, ctx.text('transfer.imported', { count: done.changes.length }));
    else await this.show(ctx, { content, replace: replace === 'on', status, done });
  }

  private async show(
    ctx: RouteContext,
    shown: { readonly content?: string; readonly replace?: boolean; readonly status?: number; readonly done?: ImportDone },
  ): Promise<void> {
    const { locale } = ctx.access;
    const title = ctx.text('transfer.title');
    const { done } = shown;
    const model = {
      title,
      entries: this.catalog
        .visible(ctx.access)
        .map(({ value: { id } }) => ({ id, title: this.titleOf(id, locale) }))
        .sort((a, b) => (a.id < b.id ? -1 : 1)),
      scopes: this.settings.places().map(([name, scope]) => ({
        name,
        title: scope.kind === 'instance' ? ctx.text('audit.instance') : (this.sites.get()?.byId(scope.siteId)?.name ?? name),
      })),
      content: shown.content,
      replace: shown.replace,
      checked: done !== undefined,
      faults: done?.faults,
      skipped: done?.skipped,
      changes: done?.changes.map((change) => this.changeModel(change, locale)),
      importable: done !== undefined && done.faults.length === 0 && done.changes.length > 0,
      past: await this.transfer.past(),
    };
    ctx.render('settings-transfer', model, { title, ...(shown.status ? { status: shown.status } : {}) });
  }

  private changeModel({ id, field: name, place, before, after }: ImportChange, locale: string): object {
    const found = this.registry.contribution(id);
    const field = found?.value.fields[name];
    const value = (said: unknown): string => {
      if (said === undefined) return this.presenter.ours('transfer.inherits', undefined, locale);
      if (isSealed(said)) return this.presenter.ours('secret.set', undefined, locale);
      return found && field && field.type !== 'secret'
        ? this.presenter.value(found.moduleOf(name), field, said, locale)
        : String(said);
    };
    const items = (said: unknown): readonly string[] | undefined =>
      found && field && Array.isArray(said) ? this.presenter.items(found.moduleOf(name), field, said, locale) : undefined;
    const label = found && field ? this.presenter.theirs(found.moduleOf(name), field.label, locale) : name;
    return {
      label: `${this.titleOf(id, locale)}: ${label}`,
      place,
      before: value(before),
      beforeItems: items(before),
      after: value(after),
      afterItems: items(after),
    };
  }

  private titleOf(id: string, locale: string): string {
    const found = this.registry.contribution(id);
    return found ? this.presenter.theirs(found.module, found.value.title, locale) : id;
  }
}

function open(value: unknown): unknown {
  return isSealed(value) ? { secret: true } : value;
}
