import { type AuditRecord, inject, injectable, optional, type ServiceHandle, SiteDirectory } from '@portico/core';
import type { SettingsField } from '../api/index.js';
import { SettingPresenter } from './setting-presenter.js';
import { auditArea } from './settings-audit.js';
import { SettingsRegistry } from './settings-registry.js';

/** Areas whose name and actions have words of their own; those of other modules are shown as they are. */
const namedAreas: ReadonlySet<string> = new Set([auditArea, 'flags', 'api-tokens']);

/** One change, ready to be read. */
export interface AuditRow {
  readonly id: string;
  readonly at: string;
  readonly by: string;
  readonly area: string;
  readonly what: string;
  readonly scope: string;
  readonly action: string;
  readonly before?: string;
  readonly after?: string;
  readonly via: string;
  readonly reason?: string;
}

/** Puts what the audit log holds into words, for settings with the labels of their module as long as it is there. */
@injectable()
export class AuditPresenter {
  constructor(
    @inject(SettingsRegistry) private readonly registry: SettingsRegistry,
    @inject(SettingPresenter) private readonly words: SettingPresenter,
    @inject(optional(SiteDirectory)) private readonly sites: ServiceHandle<SiteDirectory>,
  ) {}

  row(record: AuditRecord, locale?: string): AuditRow {
    const ours = (key: string): string => this.words.ours(key, undefined, locale);
    const setting = this.setting(record);
    const value = (said: unknown): string =>
      setting && typeof said !== 'string'
        ? this.words.value(setting.fieldModule, setting.field, said, locale)
        : plain(said, ours);
    return {
      id: record.id,
      at: record.at.toISOString(),
      by: record.by.name,
      area: namedAreas.has(record.area) ? ours(`audit.area.${record.area}`) : record.area,
      what: setting
        ? `${this.words.theirs(setting.module, setting.title, locale)}: ${this.words.theirs(setting.fieldModule, setting.field.label, locale)}`
        : [record.subject, record.attribute].filter(Boolean).join('.'),
      scope: this.scope(record.scope, locale),
      action: this.action(record, locale),
      ...(record.before === undefined ? {} : { before: value(record.before) }),
      ...(record.after === undefined ? {} : { after: value(record.after) }),
      via: ours(`audit.via.${record.via}`),
      ...(record.reason ? { reason: record.reason } : {}),
    };
  }

  scope(scope: string, locale?: string): string {
    if (scope === 'instance') return this.words.ours('audit.instance', undefined, locale);
    return this.sites.get()?.byId(scope)?.name ?? scope;
  }

  private action({ area, action }: AuditRecord, locale?: string): string {
    return namedAreas.has(area) ? this.words.ours(`audit.action.${action}`, undefined, locale) : action;
  }

  private setting({
    area,
    subject,
    attribute,
  }: AuditRecord):
    | { readonly module: string; readonly fieldModule: string; readonly title: string; readonly field: SettingsField }
    | undefined {
    const found = area === auditArea ? this.registry.contribution(subject) : undefined;
    const fields = found?.value.fields ?? {};
    const field = attribute !== undefined && Object.hasOwn(fields, attribute) ? fields[attribute] : undefined;
    if (!found || !field || attribute === undefined) return undefined;
    return { module: found.module, fieldModule: found.moduleOf(attribute), title: found.value.title, field };
  }
}

function plain(said: unknown, ours: (key: string) => string): string {
  if (typeof said === 'boolean') return ours(said ? 'value.on' : 'value.off');
  return typeof said === 'string' ? said || ours('value.empty') : JSON.stringify(said);
}
