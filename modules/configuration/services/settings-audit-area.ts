import { type AuditArea, type AuditDescription, type AuditRecord, inject, injectable } from '@portico/core';
import { SettingPresenter } from './setting-presenter.js';
import { auditArea } from './settings-audit.js';
import { SettingsRegistry } from './settings-registry.js';

/** Puts changes of settings into the words of their forms, as long as the module of the form is there. */
@injectable()
export class SettingsAuditArea implements AuditArea {
  readonly area = auditArea;
  readonly label = 'audit.area';

  constructor(
    @inject(SettingsRegistry) private readonly registry: SettingsRegistry,
    @inject(SettingPresenter) private readonly presenter: SettingPresenter,
  ) {}

  describe({ subject, attribute }: AuditRecord, locale?: string): AuditDescription | undefined {
    const found = this.registry.contribution(subject);
    if (!found || attribute === undefined || !Object.hasOwn(found.value.fields, attribute)) return undefined;
    const { module, value } = found;
    const field = value.fields[attribute];
    if (!field) return undefined;
    const fieldModule = found.moduleOf(attribute);
    return {
      what: `${this.presenter.theirs(module, value.title, locale)}: ${this.presenter.theirs(fieldModule, field.label, locale)}`,
      value: (said) => (typeof said === 'string' ? undefined : this.presenter.value(fieldModule, field, said, locale)),
    };
  }
}
