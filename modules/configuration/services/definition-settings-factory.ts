import { inject, injectable, Log, MessageCatalog, Messages } from '@portico/core';
import type { SettingsDefinition } from '../api/index.js';
import { Choices } from './choices.js';
import { DefinitionSettings } from './definition-settings.js';
import { DeploymentSettings } from './deployment-settings.js';
import type { Problem } from './read-value.js';
import { SecretReferences } from './secret-references.js';
import { StoredSettings } from './stored-settings.js';

/** Makes the handle of a page of settings, with what every handle reads from. */
@injectable()
export class DefinitionSettingsFactory {
  constructor(
    @inject(StoredSettings) private readonly stored: StoredSettings,
    @inject(DeploymentSettings) private readonly deployment: DeploymentSettings,
    @inject(SecretReferences) private readonly references: SecretReferences,
    @inject(Choices) private readonly choices: Choices,
    @inject(MessageCatalog) private readonly messagesOf: MessageCatalog,
    @inject(Messages) private readonly messages: Messages,
    @inject(Log) private readonly log: Log,
  ) {}

  /** @param moduleOf the module that brings a field: a problem that its own check found is said in its words. */
  create(definition: SettingsDefinition, moduleOf: (field: string) => string | undefined): DefinitionSettings {
    const { stored, deployment, references, choices, log } = this;
    const problemText = (field: string, { key, values, theirs }: Problem): string => {
      const module = theirs ? moduleOf(field) : undefined;
      return (module ? this.messagesOf.for(module) : this.messages).text(key, values);
    };
    return new DefinitionSettings(definition, { stored, deployment, references, choices, log, problemText });
  }
}
