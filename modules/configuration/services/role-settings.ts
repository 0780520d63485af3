import { inject, injectable, type Reader, type RoleName, type RoleReference, type Transaction } from '@portico/core';
import { Choices } from './choices.js';
import { SettingPresenter } from './setting-presenter.js';
import { SettingsCatalog } from './settings-catalog.js';
import { StoredSettings } from './stored-settings.js';

interface RoleField {
  readonly definitionId: string;
  readonly field: string;
  readonly module: string;
  /** Message key of that module. */
  readonly label: string;
}

/** The names of roles that somebody chose in settings. Values that the deployment sets are the operator's to change. */
@injectable()
export class RoleSettings implements RoleReference {
  constructor(
    @inject(SettingsCatalog) private readonly catalog: SettingsCatalog,
    @inject(Choices) private readonly choices: Choices,
    @inject(StoredSettings) private readonly stored: StoredSettings,
    @inject(SettingPresenter) private readonly presenter: SettingPresenter,
  ) {}

  async usesOf(_reader: Reader, role: RoleName, locale: string): Promise<readonly string[]> {
    return this.fields()
      .filter(({ definitionId, field }) =>
        [...this.stored.scopesOf(definitionId)].some((scope) => {
          const value = this.stored.get(definitionId, scope)?.get(field);
          return value?.kind === 'value' && (value.value === role || (Array.isArray(value.value) && value.value.includes(role)));
        }),
      )
      .slice(0, 20)
      .map(({ module, label }) =>
        this.presenter.ours('settings.role-named-by', { setting: this.presenter.theirs(module, label, locale) }, locale),
      );
  }

  async renamed(transaction: Transaction, before: RoleName, after: RoleName): Promise<void> {
    for (const field of this.fields()) await this.stored.replaceChoice(transaction, field, before, after);
  }

  async removed(transaction: Transaction, role: RoleName): Promise<void> {
    for (const field of this.fields()) await this.stored.replaceChoice(transaction, field, role, undefined);
  }

  private fields(): readonly RoleField[] {
    return this.catalog.all().flatMap(({ value: { id, fields }, moduleOf }) =>
      Object.entries(fields)
        .filter(([, field]) => this.choices.namesRoles(field))
        .map(([name, { label }]) => ({ definitionId: id, field: name, module: moduleOf(name), label })),
    );
  }
}
