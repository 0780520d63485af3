import { type Contributions, contributions, type IntegrityCheck, type IntegrityFinding, inject, injectable } from '@portico/core';
import { type SettingsDefinition, SettingsDefinitions } from '../api/index.js';
import { DeploymentSettings } from './deployment-settings.js';
import { StoredSettings } from './stored-settings.js';

/** What `portico doctor` says about settings. Nothing here is broken data: each finding has a way out for the operator. */
@injectable()
export class SettingsCheck implements IntegrityCheck {
  readonly title = 'Every stored secret can be read, and every setting of the deployment belongs to a module.';

  constructor(
    @inject(contributions(SettingsDefinitions)) private readonly definitions: Contributions<SettingsDefinition>,
    @inject(StoredSettings) private readonly stored: StoredSettings,
    @inject(DeploymentSettings) private readonly deployment: DeploymentSettings,
  ) {}

  async run(): Promise<readonly IntegrityFinding[]> {
    const warning = (message: string): IntegrityFinding => ({ severity: 'warning', message });
    const strangers = this.deployment.strangers(this.definitions.all().map(({ value }) => value));
    return [
      ...this.stored.unreadable().map(({ setting, scope }) => {
        const where = scope === 'instance' ? 'of the instance' : `of the site ${scope}`;
        return warning(
          `The secret ${setting} ${where} cannot be read with this master key. Bring the former key back, or store it anew.`,
        );
      }),
      ...strangers.map((name) => warning(`${name} names no setting of a module that runs; check the spelling.`)),
    ];
  }
}
