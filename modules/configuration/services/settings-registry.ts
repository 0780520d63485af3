import {
  type Contribution,
  type Contributions,
  contributions,
  inject,
  injectable,
  Log,
  MessageCatalog,
  Messages,
} from '@portico/core';
import {
  type Settings,
  type SettingsDefinition,
  SettingsDefinitions,
  type SettingsFields,
  type SettingsHandle,
} from '../api/index.js';
import { Choices } from './choices.js';
import { DefinitionSettings } from './definition-settings.js';
import { DeploymentSettings } from './deployment-settings.js';
import type { Problem } from './read-value.js';
import { SecretReferences } from './secret-references.js';
import { StoredSettings } from './stored-settings.js';

/** One handle per definition, made when it is first asked for. */
@injectable()
export class SettingsRegistry implements Settings {
  private readonly handles = new Map<string, DefinitionSettings>();

  constructor(
    @inject(contributions(SettingsDefinitions)) private readonly definitions: Contributions<SettingsDefinition>,
    @inject(StoredSettings) private readonly stored: StoredSettings,
    @inject(DeploymentSettings) private readonly deployment: DeploymentSettings,
    @inject(SecretReferences) private readonly references: SecretReferences,
    @inject(Choices) private readonly choices: Choices,
    @inject(MessageCatalog) private readonly catalog: MessageCatalog,
    @inject(Messages) private readonly messages: Messages,
    @inject(Log) private readonly log: Log,
  ) {}

  of<F extends SettingsFields>(definition: SettingsDefinition<F>): SettingsHandle<F> {
    return this.handleOf(definition) as unknown as SettingsHandle<F>;
  }

  byId(id: string): { readonly definition: SettingsDefinition; readonly handle: SettingsHandle<SettingsFields> } | undefined {
    const definition = this.contribution(id)?.value;
    return definition && { definition, handle: this.handleOf(definition) };
  }

  /** Ids of all definitions that are there now. */
  ids(): readonly string[] {
    return this.definitions
      .all()
      .map(({ value }) => value.id)
      .sort();
  }

  /** The handle of a definition, with all that belongs to this module alone. */
  known(id: string): DefinitionSettings | undefined {
    const found = this.contribution(id);
    return found && this.handleOf(found.value);
  }

  contribution(id: string): Contribution<SettingsDefinition> | undefined {
    return this.definitions.all().find(({ value }) => value.id === id);
  }

  /** A definition that comes again as another object, after its module restarted, replaces the earlier one. */
  private handleOf(definition: SettingsDefinition): DefinitionSettings {
    const known = this.handles.get(definition.id);
    if (known?.definition === definition) return known;
    const { stored, deployment, references, choices, log } = this;
    const words = (id: string, problem: Problem): string => this.wordsFor(id, problem);
    const handle = new DefinitionSettings(definition, { stored, deployment, references, choices, log, words });
    this.handles.set(definition.id, handle);
    return handle;
  }

  private wordsFor(id: string, { key, values, theirs }: Problem): string {
    const module = theirs ? this.contribution(id)?.module : undefined;
    return (module ? this.catalog.for(module) : this.messages).text(key, values);
  }
}
