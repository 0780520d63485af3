import { type IntegrityCheck, type IntegrityFinding, inject, injectable } from '@portico/core';
import { DeploymentSettings } from './deployment-settings.js';
import { SettingsCatalog } from './settings-catalog.js';
import { StoredSettings } from './stored-settings.js';

/** What `portico doctor` says about settings. Nothing here is broken data: each finding has a way out for the operator. */
@injectable()
export class SettingsCheck implements IntegrityCheck {
  readonly title = 'Every stored secret can be read, and every setting of the deployment belongs to a module.';
  readonly about = 'deployment';

  constructor(
    @inject(SettingsCatalog) private readonly catalog: SettingsCatalog,
    @inject(StoredSettings) private readonly stored: StoredSettings,
    @inject(DeploymentSettings) private readonly deployment: DeploymentSettings,
  ) {}

  async run(): Promise<readonly IntegrityFinding[]> {
    const warning = (message: string): IntegrityFinding => ({ severity: 'warning', message });
    const problems = this.deployment.problems(this.catalog.all().map(({ value }) => value));
    return [
      ...this.stored.unreadable().map(({ setting, scope }) => {
        const where = scope === 'instance' ? 'of the instance' : `of the site ${scope}`;
        return warning(
          `The secret ${setting} ${where} cannot be read with this master key. Bring the former key back, or store it anew.`,
        );
      }),
      ...this.catalog
        .leftOut()
        .map(({ setting, module, owner }) =>
          warning(`The module ${module} brings a setting ${setting} too, which is left out: the one of ${owner} stays.`),
        ),
      ...problems.map(warning),
    ];
  }
}
