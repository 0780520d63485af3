import { type Contributions, contributions, inject, injectable, Log, type Scope } from '@portico/core';
import { type Choice, type ChoiceProvider, ChoiceProviders, type SettingsField } from '../api/index.js';
import { DeploymentSettings } from './deployment-settings.js';

/** What a provider answered, or why there is no answer. */
export type ChoiceRequest =
  | { readonly state: 'ready'; readonly choices: readonly Choice[] }
  | { readonly state: 'absent' | 'slow' | 'failed' };

const mostChoices = 1000;
const tooLate = Symbol('too late');

/** Asks providers of choices, each under a time limit; what they do wrong stays with them. */
@injectable()
export class Choices {
  constructor(
    @inject(contributions(ChoiceProviders)) private readonly providers: Contributions<ChoiceProvider>,
    @inject(DeploymentSettings) private readonly deployment: DeploymentSettings,
    @inject(Log) private readonly log: Log,
  ) {}

  /** By field; fields whose options stand in their definition are left out. Asked side by side. */
  async askAll(fields: Readonly<Record<string, SettingsField>>, scope: Scope): Promise<ReadonlyMap<string, ChoiceRequest>> {
    const asked = Object.entries(fields).flatMap(([name, field]) => {
      const provider = providerOf(field);
      return provider === undefined ? [] : [this.ask(provider, scope).then((answer) => [name, answer] as const)];
    });
    return new Map(await Promise.all(asked));
  }

  /** What a value of a field is called; undefined where nobody says. */
  labelOf(field: SettingsField, value: string): string | undefined {
    return this.quietly(field, (provider) => provider.labelOf?.(value));
  }

  /** The field, with what its provider presets for its default. */
  withPreset(field: SettingsField): SettingsField {
    const preset = this.presetOf(field);
    return preset === undefined || field.type !== 'choice' ? field : { ...field, default: preset };
  }

  /** What is in force of a field until somebody chooses; undefined where only its definition says. */
  presetOf(field: SettingsField): string | undefined {
    if (field.type !== 'choice' || field.provider === undefined) return undefined;
    return this.quietly(field, (provider) => provider.preset?.());
  }

  private quietly(field: SettingsField, ask: (provider: ChoiceProvider) => string | undefined): string | undefined {
    const id = providerOf(field);
    const provider = id === undefined ? undefined : this.find(id);
    try {
      const answer = provider && ask(provider);
      return typeof answer === 'string' ? answer : undefined;
    } catch (error) {
      this.log.warn('A provider of choices failed.', { provider: id, error });
      return undefined;
    }
  }

  private find(id: string): ChoiceProvider | undefined {
    return this.providers.all().find(({ value }) => value.id === id)?.value;
  }

  private async ask(id: string, scope: Scope): Promise<ChoiceRequest> {
    const provider = this.find(id);
    if (!provider) return { state: 'absent' };
    const millis = this.deployment.choicesMillis;
    const control = new AbortController();
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<typeof tooLate>((resolve) => {
      timer = setTimeout(() => resolve(tooLate), millis);
    });
    try {
      const answer = await Promise.race([Promise.resolve(provider.choices(scope, control.signal)), late]);
      if (answer !== tooLate) return { state: 'ready', choices: checked(answer) };
      this.log.warn('A provider of choices took too long.', { provider: id, millis });
      return { state: 'slow' };
    } catch (error) {
      this.log.warn('A provider of choices failed.', { provider: id, error });
      return { state: 'failed' };
    } finally {
      clearTimeout(timer);
      control.abort();
    }
  }
}

function providerOf(field: SettingsField): string | undefined {
  if (field.type === 'choice' || field.type === 'multiple-choice') return field.provider;
  return field.type === 'text' || field.type === 'long-text' || field.type === 'url' ? field.suggestionsFrom : undefined;
}

/** Providers are other people's code. */
function checked(answer: unknown): readonly Choice[] {
  if (!Array.isArray(answer) || !answer.every((choice) => typeof (choice as Choice | undefined)?.value === 'string'))
    throw new TypeError('The provider answered something else than choices.');
  return (answer as readonly Choice[])
    .slice(0, mostChoices)
    .map(({ value, label }) => ({ value, label: String(label ?? value) }));
}
