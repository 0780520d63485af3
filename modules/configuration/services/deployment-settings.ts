import { HostConfig, inject, injectable, Log, PortalError, z } from '@portico/core';
import type { SettingsDefinition, SettingsField, SettingValue } from '../api/index.js';
import { readValue } from './read-value.js';
import type { DeployedValue } from './resolve-field.js';

const prefix = 'PORTICO_SETTING_';
const lockVariable = 'PORTICO_LOCKED_SETTINGS';
const fileLabel = 'config/*.json (modules.configuration.settings)';

const sectionSchema = z.strictObject({
  settings: z
    .record(z.string(), z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.array(z.string())])))
    .default({}),
  /** `<id>.<field>`, or `<id>.*` for a whole form. */
  locked: z.array(z.string()).default([]),
  /** Checked by SecretReferences. */
  references: z.unknown().optional(),
  /** How long a provider of choices may take. */
  choicesMillis: z.number().int().min(50).max(30_000).default(3000),
});

/** The variable of a field: `ai-creator`, `apiKey` is `PORTICO_SETTING_AI_CREATOR_API_KEY`. */
function settingVariable(definitionId: string, field: string): string {
  const words = (text: string): string => text.replace(/([a-z0-9])([A-Z])/g, '$1_$2').replace(/[^A-Za-z0-9]+/g, '_');
  return prefix + `${words(definitionId)}_${words(field)}`.toUpperCase();
}

/** What the deployment says of settings: variables first, then the configuration files. */
@injectable()
export class DeploymentSettings {
  private readonly section: z.output<typeof sectionSchema>;
  private readonly variables: Readonly<Record<string, string>>;
  private readonly locked: ReadonlySet<string>;
  private readonly reported = new Set<string>();

  constructor(
    @inject(HostConfig) config: HostConfig,
    @inject(Log) private readonly log: Log,
  ) {
    const parsed = sectionSchema.safeParse(config.module('configuration') ?? {});
    if (!parsed.success) {
      const problem = z.prettifyError(parsed.error);
      throw new PortalError('configuration-invalid', `The section modules.configuration of config/*.json is wrong:\n${problem}`);
    }
    this.section = parsed.data;
    this.variables = config.variables(prefix);
    const names =
      config
        .variables(lockVariable)
        [lockVariable]?.split(/[\s,]+/)
        .filter(Boolean) ?? [];
    this.locked = new Set([...this.section.locked, ...names]);
  }

  get choicesMillis(): number {
    return this.section.choicesMillis;
  }

  find(definitionId: string, name: string, field: SettingsField): DeployedValue | undefined {
    const variable = settingVariable(definitionId, name);
    const locked = this.locked.has(`${definitionId}.${name}`) || this.locked.has(`${definitionId}.*`);
    const fromVariable = this.variables[variable];
    if (fromVariable !== undefined) {
      const value = this.read(variable, field, fromVariable);
      if (value !== undefined) return { value, origin: 'environment', label: variable, locked };
    }
    const fromFile = this.section.settings[definitionId]?.[name];
    if (fromFile === undefined) return undefined;
    const place = `modules.configuration.settings.${definitionId}.${name}`;
    if (field.type === 'secret') {
      this.report(
        `The secret ${place} stands in a configuration file and is ignored. Use the variable ${variable}, or store it.`,
      );
      return undefined;
    }
    const value = this.read(place, field, fromFile);
    return value === undefined ? undefined : { value, origin: 'file', label: fileLabel, locked };
  }

  /** What the deployment says of settings that are not among the definitions; misspelt, or of modules that are not there. */
  strangers(definitions: readonly SettingsDefinition[]): readonly string[] {
    const names = definitions.flatMap(({ id, fields }) => Object.keys(fields).map((field) => ({ id, field })));
    const variables = new Set(names.map(({ id, field }) => settingVariable(id, field)));
    const places = new Set(names.flatMap(({ id, field }) => [`${id}.${field}`, `${id}.*`]));
    const inFile = Object.entries(this.section.settings).flatMap(([id, fields]) =>
      Object.keys(fields).map((field) => `${id}.${field}`),
    );
    return [
      ...Object.keys(this.variables).filter((variable) => !variables.has(variable)),
      ...[...inFile, ...this.locked].filter((place) => !places.has(place)),
    ];
  }

  private read(place: string, field: SettingsField, raw: unknown): SettingValue | undefined {
    const read = readValue(field, raw);
    if (read.ok) return read.value;
    this.report(`The value of ${place} does not fit its setting (${read.problem.key}) and is ignored.`);
    return undefined;
  }

  private report(problem: string): void {
    if (this.reported.has(problem)) return;
    this.reported.add(problem);
    this.log.warn(problem);
  }
}
