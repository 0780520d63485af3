import { inject, injectable, invalidInput, notFound, PortalError, type RouteContext } from '@portico/core';
import type { SettingsFields, SettingsHandle, SettingsSection } from '../api/index.js';
import { Choices } from '../services/choices.js';
import { DeployedProblems } from '../services/deployed-problems.js';
import { isOnlyRead, permissions } from '../services/permissions.js';
import { SecretReferences } from '../services/secret-references.js';
import { SettingPresenter } from '../services/setting-presenter.js';
import { scopeKey } from '../services/setting-rows.js';
import type { CatalogEntry } from '../services/settings-catalog.js';
import { SettingsPreview } from '../services/settings-preview.js';
import { SettingsRegistry } from '../services/settings-registry.js';
import { StoredSettings } from '../services/stored-settings.js';
import type { FieldModel, FormContext } from './field-model.js';
import { personOf } from './person-of.js';
import { changesOf, type FormField, type PostedForm, unknownFieldsIn } from './posted-settings.js';
import { FormActions, type ShownResult } from './settings-actions.js';
import { places, SettingsEntries } from './settings-entries.js';
import { fieldModels } from './settings-form.js';

export interface OverviewQuery {
  readonly section?: SettingsSection;
}
interface EntryParams {
  readonly id: string;
}
type Shown = Pick<FormContext, 'typed' | 'errors' | 'conflict'> & {
  readonly status?: number;
  readonly alert?: string;
  readonly note?: string;
  readonly result?: ShownResult;
};

/** The pages of settings, the same for both scopes. */
@injectable()
export class SettingsPages {
  constructor(
    @inject(SettingsRegistry) private readonly registry: SettingsRegistry,
    @inject(StoredSettings) private readonly stored: StoredSettings,
    @inject(Choices) private readonly choices: Choices,
    @inject(SettingsEntries) private readonly entries: SettingsEntries,
    @inject(SettingPresenter) private readonly presenter: SettingPresenter,
    @inject(FormActions) private readonly actions: FormActions,
    @inject(SecretReferences) private readonly references: SecretReferences,
    @inject(DeployedProblems) private readonly deployed: DeployedProblems,
  ) {}

  /** All sections, or the one that was asked for. */
  overview(ctx: RouteContext<unknown, OverviewQuery>): void {
    const { kind } = ctx.access.scope;
    const { section: key } = ctx.input.query;
    const sections = this.entries.sections(ctx.access).filter((section) => key === undefined || section.key === key);
    const section = key === undefined ? undefined : sections[0];
    if (key !== undefined && !section) throw notFound();
    const title = section?.title ?? ctx.text(`${kind}-settings.title`);
    const description = section ? undefined : ctx.text(`${kind}-settings.description`);
    ctx.render(
      'settings',
      {
        title,
        description,
        sections,
        backHref: section && places[kind],
        differencesHref: this.differencesHref(ctx),
        transfers: kind === 'instance' && ctx.access.can(permissions.instanceSettings),
      },
      { title },
    );
  }

  private differencesHref({ access }: RouteContext<unknown, OverviewQuery>): string | undefined {
    if (access.scope.kind === 'site') return '~/configuration/settings-differences';
    return access.can(permissions.instanceSettings) ? '/configuration/settings-differences' : undefined;
  }

  async show(ctx: RouteContext<EntryParams>): Promise<void> {
    await this.render(ctx, this.entries.find(ctx.input.params.id, ctx.access), {});
  }

  async save(ctx: RouteContext<EntryParams>, form: PostedForm): Promise<void> {
    const entry = this.entries.find(ctx.input.params.id, ctx.access);
    const handle = this.registry.handle(entry.value.id);
    const { 'form.revision': revision, 'form.reset': reset, 'form.change': opened, 'form.action': pressed, ...typed } = form;
    const fields = this.fields(entry, handle, ctx);
    const strangers = unknownFieldsIn(typed, fields);
    if (strangers.length > 0)
      throw invalidInput(Object.fromEntries(strangers.map((name) => [name, ctx.text('problem.unknown-field')])));
    if (pressed !== undefined) return this.act(ctx, entry, typed, pressed);
    // Without scripts: the field of a site turns from what it inherits into a control, and nothing is stored yet.
    if (opened !== undefined && fields.some(({ name }) => name === opened))
      return this.render(ctx, entry, { typed: { ...typed, [`${opened}.mode`]: 'own' } });
    const person = personOf(ctx.access);
    const expected = revision === undefined ? undefined : Number(revision);
    if (reset !== undefined) {
      const stored = fields.find(({ name }) => name === reset)?.resolved.own;
      this.refuseOnlyRead(ctx, fields, [reset]);
      if (stored !== undefined) await handle.save(ctx.access.scope, { [reset]: 'inherit' }, person, undefined, 'screen');
      await this.render(ctx, entry, { typed: without(typed, reset), note: ctx.text('settings.reset') });
      return;
    }
    const { patch, problems } = changesOf(typed, fields, ctx.access.scope.kind);
    const errors: Record<string, string> = Object.fromEntries(
      Object.entries(problems).map(([name, key]) => [name, ctx.text(key)]),
    );
    try {
      if (Object.keys(errors).length > 0) throw invalidInput(errors);
      this.refuseOnlyRead(ctx, fields, Object.keys(patch));
      const changed = Object.keys(patch).length > 0;
      if (changed) await handle.save(ctx.access.scope, patch, person, expected, 'screen');
      const title = this.presenter.theirs(entry.module, entry.value.title, ctx.access.locale);
      ctx.redirectWith(placeOf(ctx, entry.value.id), ctx.text(changed ? 'settings.saved' : 'settings.unchanged', { title }));
    } catch (error) {
      await this.renderFailure(ctx, entry, typed, error);
    }
  }

  /** @throws PortalError `setting-locked` (409). */
  private refuseOnlyRead(ctx: RouteContext<EntryParams>, fields: readonly FormField[], changed: readonly string[]): void {
    const refused = fields.find(({ name, field }) => changed.includes(name) && isOnlyRead(field, ctx.access));
    if (refused) throw new PortalError('setting-locked', ctx.text('problem.limits-site'), { status: 409 });
  }

  /** Tries out what is typed; nothing is saved. A script that asks gets the result alone, and the form stays as it is. */
  private async act(ctx: RouteContext<EntryParams>, entry: CatalogEntry, typed: PostedForm, pressed: string): Promise<void> {
    const { value: definition } = entry;
    const { scope } = ctx.access;
    const handle = this.registry.handle(definition.id);
    const open = this.fields(entry, handle, ctx).filter(({ resolved }) => resolved.lockedBy === undefined);
    const { patch } = changesOf(typed, open, scope.kind);
    const preview = new SettingsPreview(definition, handle, scope, patch, this.references);
    const result = await this.actions.run(definition, pressed, ctx.access, preview);
    if (ctx.get('X-Portico-Fragment') === '1')
      ctx.render('setting-action-result', { ...result, retype: false }, { layout: 'none' });
    else if (ctx.accepts('html', 'json') === 'json') ctx.body = result;
    else await this.render(ctx, entry, { typed, result });
  }

  private async renderFailure(
    ctx: RouteContext<EntryParams>,
    entry: CatalogEntry,
    typed: PostedForm,
    error: unknown,
  ): Promise<void> {
    if (!(error instanceof PortalError) || (error.status !== 400 && error.status !== 409)) throw error;
    if (ctx.accepts('html', 'json') === 'json') throw error;
    if (error.code !== 'settings-conflict') {
      const errors = error.details.fields as Readonly<Record<string, string>> | undefined;
      await this.render(ctx, entry, { status: error.status, typed, errors: errors ?? {}, alert: error.message });
      return;
    }
    const { savedBy } = this.stored.revision(entry.value.id, scopeKey(ctx.access.scope));
    await this.render(ctx, entry, {
      status: 409,
      typed,
      conflict: true,
      alert: ctx.text('conflict.explained', { name: savedBy }),
    });
  }

  private async render(ctx: RouteContext<EntryParams>, entry: CatalogEntry, shown: Shown): Promise<void> {
    const { module, value: definition } = entry;
    const handle = this.registry.handle(definition.id);
    const { locale, scope } = ctx.access;
    const title = this.presenter.theirs(module, definition.title, locale);
    const fields = fieldModels(this.fields(entry, handle, ctx), {
      presenter: this.presenter,
      moduleOf: (field) => entry.moduleOf(field),
      locale,
      scope: scope.kind,
      choices: await this.choices.askAll(definition.fields, scope),
      // What the deployment says, only who may change the instance can do something about.
      deployed: scope.kind === 'instance' ? await this.deployed.of(definition, handle, locale) : new Map(),
      uses: await this.entries.uses.of(definition.id, ctx.access),
      ...shown,
    }).map((field) => ({ ...field, actions: this.actions.beside(definition, field.name, ctx.access, shown.result) }));
    const groups = groupsOf(fields);
    const model = {
      title,
      description: definition.description ? this.presenter.theirs(module, definition.description, locale) : undefined,
      crumbs: [{ name: ctx.text(`${scope.kind}-settings.title`), href: ctx.url(places[scope.kind]) }],
      overviewHref: places[scope.kind],
      action: placeOf(ctx, definition.id),
      atSite: scope.kind === 'site',
      groups,
      contents: contentsOf(groups),
      ...this.differing(ctx, fields),
      unsaved: fields.filter(({ unsaved }) => unsaved).length,
      revision: handle.revision(scope),
      notices: this.entries.notices.of(definition.id, ctx.access),
      alert: shown.alert,
      alertKind: shown.conflict ? 'warning' : 'danger',
    };
    ctx.render('settings-entry', model, { title, note: shown.note, ...(shown.status ? { status: shown.status } : {}) });
  }

  /** How much of a site is its own, in one sentence. */
  private differing(ctx: RouteContext<EntryParams>, fields: readonly FieldModel[]): { readonly differing?: string } {
    if (ctx.access.scope.kind === 'instance' || fields.length === 0) return {};
    return { differing: ctx.text('site-settings.differing', { count: fields.filter(({ differs }) => differs).length }) };
  }

  private fields(
    entry: CatalogEntry,
    handle: SettingsHandle<SettingsFields>,
    ctx: RouteContext<EntryParams>,
  ): readonly FormField[] {
    const { scope, locale } = ctx.access;
    let group: string | undefined;
    return Object.entries(entry.value.fields)
      .map(([name, field]) => {
        if (field.group) group = this.presenter.theirs(entry.moduleOf(name), field.group, locale);
        return { name, field, group };
      })
      .filter(({ field }) => scope.kind === 'instance' || field.siteOverridable !== false)
      .map((each) => ({ ...each, resolved: this.resolved(ctx, handle, each) }));
  }

  private resolved(
    ctx: RouteContext<EntryParams>,
    handle: SettingsHandle<SettingsFields>,
    { name, field }: Pick<FormField, 'name' | 'field'>,
  ) {
    const resolved = handle.resolve(ctx.access.scope, name);
    if (resolved.lockedBy !== undefined || !isOnlyRead(field, ctx.access)) return resolved;
    return { ...resolved, lockedBy: ctx.text('settings.limits-site') };
  }
}

function placeOf({ access }: RouteContext<EntryParams>, id: string): string {
  return `${places[access.scope.kind]}/${id}`;
}

function without(form: PostedForm, field: string): PostedForm {
  return Object.fromEntries(Object.entries(form).filter(([name]) => name !== field && !name.startsWith(`${field}.`)));
}

interface FieldGroup<F> {
  readonly id: string;
  readonly title?: string | undefined;
  readonly fields: readonly F[];
}

/** Fields below their headings, in the order in which these come. */
function groupsOf<F extends FieldModel>(fields: readonly F[]): readonly FieldGroup<F>[] {
  const groups = new Map<string | undefined, F[]>();
  for (const field of fields) groups.set(field.group, [...(groups.get(field.group) ?? []), field]);
  return [...groups].map(([title, grouped], index) => ({ id: `group-${index + 1}`, title, fields: grouped }));
}

/** The headings of a page, with how much below each has a value of its own; none where there is nothing to choose among. */
function contentsOf(groups: readonly FieldGroup<FieldModel>[]): readonly object[] {
  const named = groups.filter(({ title }) => title !== undefined);
  if (named.length < 2) return [];
  return named.map(({ id, title, fields }) => ({ id, title, differing: fields.filter(({ differs }) => differs).length }));
}
