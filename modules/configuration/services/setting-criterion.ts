import {
  type AccessContext,
  AccessControl,
  type Criterion,
  type ExplainedStep,
  inject,
  injectable,
  Lifetime,
  optional,
  type ServiceHandle,
} from '@portico/core';
import type { ResolvedSetting, SettingsDefinition, SettingsField, SettingsFields, SettingsHandle } from '../api/index.js';
import { permissions } from './permissions.js';
import { SettingPresenter } from './setting-presenter.js';
import { SettingsCatalog } from './settings-catalog.js';
import { SettingsRegistry } from './settings-registry.js';

interface Subject {
  readonly module: string;
  readonly definition: SettingsDefinition;
  readonly name: string;
  readonly field: SettingsField;
  readonly handle: SettingsHandle<SettingsFields>;
}

/** Answers `when: { setting: '<id>.<field>' }`. A setting nobody contributes does not hold. */
@injectable()
export class SettingCriterion implements Criterion {
  readonly key = 'setting';
  private readonly subjects = new Map<string, Subject | undefined>();

  constructor(
    @inject(SettingsRegistry) private readonly registry: SettingsRegistry,
    @inject(SettingPresenter) private readonly presenter: SettingPresenter,
    @inject(optional(AccessControl)) private readonly accessControl: ServiceHandle<AccessControl>,
    @inject(SettingsCatalog) catalog: SettingsCatalog,
    @inject(Lifetime) lifetime: Lifetime,
  ) {
    lifetime.add(catalog.onDidChange(() => this.subjects.clear()));
  }

  holds(subject: string, access: AccessContext): boolean {
    const found = this.find(subject);
    return found?.handle.get(access.scope)[found.name] === true;
  }

  explain(subject: string, access: AccessContext): ExplainedStep {
    const { locale } = access;
    const found = this.find(subject);
    if (!found) {
      return { criterion: 'setting', subject, met: false, reason: this.presenter.ours('criterion.unknown', { subject }, locale) };
    }
    const resolved = found.handle.resolve(access.scope, found.name);
    const inForce = this.presenter.inForce(found.module, found.field, resolved, locale);
    const label = this.presenter.theirs(found.module, found.field.label, locale);
    const reason = this.presenter.ours('criterion.reason', { label, inForce }, locale);
    return { criterion: 'setting', subject, met: resolved.value === true, reason, ...this.wayOut(found, resolved, access) };
  }

  /** The page of the scope that decides now. */
  private wayOut(
    { definition }: Subject,
    { origin, lockedBy }: ResolvedSetting,
    { locale }: AccessContext,
  ): Partial<ExplainedStep> {
    if (lockedBy) return { changeableBy: this.presenter.ours('criterion.locked', { place: lockedBy }, locale) };
    const site = origin === 'site';
    const permission = site ? permissions.siteSettings : permissions.instanceSettings;
    const roles = this.accessControl.get()?.rolesWith(permission) ?? ['Administrator'];
    return {
      changeableBy: this.presenter.ours(
        site ? 'criterion.by-site' : 'criterion.by-instance',
        { roles: roles.join(', ') },
        locale,
      ),
      href: site ? `~/configuration/site-settings/${definition.id}` : `/configuration/instance-settings/${definition.id}`,
      hrefPermission: permission,
    };
  }

  private find(subject: string): Subject | undefined {
    if (!this.subjects.has(subject)) this.subjects.set(subject, this.look(subject));
    return this.subjects.get(subject);
  }

  private look(subject: string): Subject | undefined {
    const dot = subject.lastIndexOf('.');
    const name = subject.slice(dot + 1);
    const contribution = this.registry.contribution(subject.slice(0, dot));
    const fields = contribution?.value.fields ?? {};
    const field = Object.hasOwn(fields, name) ? fields[name] : undefined;
    if (!contribution || !field) return undefined;
    const { value: definition } = contribution;
    return { module: contribution.moduleOf(name), definition, name, field, handle: this.registry.handle(definition.id) };
  }
}
