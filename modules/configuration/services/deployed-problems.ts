import { inject, injectable, instanceScope, Messages } from '@portico/core';
import type { SettingSource, SettingsDefinition, SettingsField, SettingsFields, SettingsHandle } from '../api/index.js';
import { Choices } from './choices.js';
import { DeploymentSettings } from './deployment-settings.js';

/**
 * What the deployment says of settings that are there and cannot be followed, a sentence for each field: values that do not fit, which are
 * ignored, and values that stay in force although the provider of the choices does not offer them, because it may be one that is down.
 */
@injectable()
export class DeployedProblems {
  constructor(
    @inject(DeploymentSettings) private readonly deployment: DeploymentSettings,
    @inject(Choices) private readonly choices: Choices,
    @inject(Messages) private readonly messages: Messages,
  ) {}

  /** By field. Providers are asked only for what the deployment gives. */
  async of(
    { id, fields }: SettingsDefinition,
    handle: Pick<SettingsHandle<SettingsFields>, 'resolve'>,
    locale?: string,
  ): Promise<ReadonlyMap<string, string>> {
    const said = (name: string): SettingSource | undefined =>
      handle.resolve(instanceScope, name).sources.find(({ origin }) => origin === 'environment' || origin === 'file');
    const given = Object.entries(fields).filter(([name, field]) => isOffered(field) && said(name) !== undefined);
    const answers = await this.choices.askAll(Object.fromEntries(given), instanceScope);
    const found = Object.keys(fields).map((name) => {
      const misfit = this.deployment.problemOf(id, name);
      const answer = answers.get(name);
      const source = said(name);
      if (misfit !== undefined || answer?.state !== 'ready' || source === undefined) return [name, misfit] as const;
      const offered = answer.choices.map((choice) => choice.value);
      const strangers = [source.value as string | readonly string[]].flat().filter((each) => !offered.includes(each));
      if (strangers.length === 0) return [name, undefined] as const;
      const values = { place: source.place ?? '', value: strangers.join(', '), choices: offered.join(', ') };
      return [name, this.messages.text('deployment.not-offered', values, locale)] as const;
    });
    return new Map(found.flatMap(([name, problem]) => (problem === undefined ? [] : [[name, problem]])));
  }
}

/** Whether a provider says what may be chosen; what it suggests to be typed is no limit. */
function isOffered(field: SettingsField): boolean {
  return (field.type === 'choice' || field.type === 'multiple-choice') && field.provider !== undefined;
}
