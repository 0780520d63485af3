import { HostConfig, inject, injectable, Log, PortalError, z } from '@portico/core';
import { nearest } from '@portico/core/util';
import type { SettingsDefinition, SettingsField } from '../api/index.js';
import { type Problem, readValue } from './read-value.js';
import type { DeployedValue } from './resolve-field.js';

const prefix = 'PORTICO_SETTING_';
const lockVariable = 'PORTICO_LOCKED_SETTINGS';
const fileLabel = 'config/*.json (modules.configuration.settings)';
const lockLabel = 'config/*.json (modules.configuration.locked)';

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

/** What is said of one setting, and where. */
interface Said extends Pick<DeployedValue, 'label' | 'origin' | 'locked'> {
  readonly setting: string;
  readonly place: string;
  readonly raw: unknown;
  readonly say: (problem: Problem) => string;
}

/** What the deployment says of settings: variables first, then the configuration files. */
@injectable()
export class DeploymentSettings {
  private readonly section: z.output<typeof sectionSchema>;
  private readonly variables: Readonly<Record<string, string>>;
  /** What is locked, in small letters, with how it was written and where. */
  private readonly locks: ReadonlyMap<string, { readonly written: string; readonly place: string }>;
  private readonly reported = new Set<string>();
  /** What is ignored because it does not fit, by setting. */
  private readonly misfits = new Map<string, string>();

  constructor(
    @inject(HostConfig) private readonly config: HostConfig,
    @inject(Log) private readonly log: Log,
  ) {
    const parsed = sectionSchema.safeParse(config.module('configuration') ?? {});
    if (!parsed.success) {
      const problem = z.prettifyError(parsed.error);
      throw new PortalError('configuration-invalid', `The section modules.configuration of config/*.json is wrong:\n${problem}`);
    }
    this.section = parsed.data;
    this.variables = config.variables(prefix);
    const said = config.variables(lockVariable)[lockVariable] ?? '';
    const names = [
      ...this.section.locked.map((written) => ({ written, place: lockLabel })),
      // Quotes are what files of variables leave around a value.
      ...said.split(/[\s,;"']+/).map((written) => ({ written, place: lockVariable })),
    ];
    this.locks = new Map(names.filter(({ written }) => written !== '').map((lock) => [lock.written.toLowerCase(), lock]));
  }

  get choicesMillis(): number {
    return this.section.choicesMillis;
  }

  /** What locks a setting, whether or not the deployment also gives its value: the name of the variable or file. */
  lockOf(definitionId: string, name: string): string | undefined {
    const places = [`${definitionId}.${name}`, `${definitionId}.*`, definitionId];
    return places.map((place) => this.locks.get(place.toLowerCase())?.place).find((place) => place !== undefined);
  }

  /** @throws PortalError `setting-locked` */
  checkUnlocked(definitionId: string, name: string): void {
    const place = this.lockOf(definitionId, name);
    if (place === undefined) return;
    throw new PortalError('setting-locked', `${place} locks ${definitionId}.${name}.`, { status: 409 });
  }

  /** Why what the deployment says of a setting is ignored, once that was looked for. */
  problemOf(definitionId: string, name: string): string | undefined {
    return this.misfits.get(`${definitionId}.${name}`);
  }

  /** @param say puts what does not fit into words: what a module's own check objects to, only its messages say. */
  find(definitionId: string, name: string, field: SettingsField, say: (problem: Problem) => string): DeployedValue | undefined {
    const setting = `${definitionId}.${name}`;
    this.misfits.delete(setting);
    const variable = settingVariable(definitionId, name);
    const locked = this.lockOf(definitionId, name) !== undefined;
    const fromVariable = this.variables[variable];
    if (fromVariable !== undefined) {
      const found = this.valueOf(
        { setting, place: variable, label: variable, origin: 'environment', raw: fromVariable, locked, say },
        field,
      );
      if (found) return found;
    }
    const fromFile = this.section.settings[definitionId]?.[name];
    if (fromFile === undefined) return this.fromConfigKey(setting, field, locked, say);
    const place = `modules.configuration.settings.${definitionId}.${name}`;
    if (field.type === 'secret') {
      this.report(
        `The secret ${place} stands in a configuration file and is ignored. Use the variable ${variable}, or store it.`,
      );
      return undefined;
    }
    return this.valueOf({ setting, place, label: fileLabel, origin: 'file', raw: fromFile, locked, say }, field);
  }

  /** What a file says under the name that the value had before it was a setting. */
  private fromConfigKey(
    setting: string,
    field: SettingsField,
    locked: boolean,
    say: (problem: Problem) => string,
  ): DeployedValue | undefined {
    const [module = '', key = ''] = field.configKey?.split('.') ?? [];
    const section = this.config.module(module) as Readonly<Record<string, unknown>> | undefined;
    const raw = section?.[key];
    if (raw === undefined) return undefined;
    const place = `modules.${module}.${key}`;
    return this.valueOf({ setting, place, label: place, origin: 'file', raw, locked, say }, field);
  }

  /** Sentences about what the deployment says and nobody can follow, of settings that are there and of those that are not. */
  problems(definitions: readonly SettingsDefinition[]): readonly string[] {
    const names = definitions.flatMap(({ id, fields }) => Object.keys(fields).map((field) => ({ id, field })));
    const variables = new Set(names.map(({ id, field }) => settingVariable(id, field)));
    const places = [...new Set(names.flatMap(({ id, field }) => [`${id}.${field}`, `${id}.*`]))];
    const lockable = new Set([...places, ...definitions.map(({ id }) => id)].map((place) => place.toLowerCase()));
    const inFile = Object.entries(this.section.settings).flatMap(([id, fields]) =>
      Object.keys(fields).map((field) => `${id}.${field}`),
    );
    const stranger = (name: string, known: Iterable<string>): string =>
      `${name} names no setting of a module that runs; check the spelling.${nearest(name, known)}`;
    return [
      ...this.reported,
      ...Object.keys(this.variables)
        .filter((variable) => !variables.has(variable))
        .map((variable) => stranger(variable, variables)),
      ...inFile.filter((place) => !places.includes(place)).map((place) => stranger(place, places)),
      ...[...this.locks]
        .filter(([place]) => !lockable.has(place))
        .map(([, { written, place }]) => `${stranger(written, places)} It stands in ${place} and locks nothing.`),
    ];
  }

  private valueOf({ setting, place, label, origin, raw, locked, say }: Said, field: SettingsField): DeployedValue | undefined {
    const read = readValue(field, raw);
    if (read.ok) return { value: read.value, origin, label, locked };
    if (locked && field.type === 'boolean') {
      const misfit = `The value of ${place} says neither on nor off: the setting is locked off.`;
      this.misfits.set(setting, misfit);
      this.report(misfit);
      return { value: false, origin, label: `${label}, which says neither on nor off`, locked };
    }
    if (field.type === 'number' && field.whenUnreadable !== undefined) {
      const misfit = `The value of ${place} does not fit its setting; ${field.whenUnreadable} is in force until it does. ${say(read.problem)}`;
      this.misfits.set(setting, misfit);
      this.report(misfit);
      return { value: field.whenUnreadable, origin, label: `${label}, which cannot be read`, locked };
    }
    const options = 'options' in field && field.options ? ` One of: ${field.options.map(({ value }) => value).join(', ')}.` : '';
    const misfit = `The value of ${place} does not fit its setting and is ignored. ${say(read.problem)}${options}`;
    this.misfits.set(setting, misfit);
    this.report(misfit);
    return undefined;
  }

  private report(problem: string): void {
    if (this.reported.has(problem)) return;
    this.reported.add(problem);
    this.log.warn(problem);
  }
}
