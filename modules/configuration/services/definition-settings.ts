import {
  type AuditVia,
  Emitter,
  inject,
  injectable,
  invalidInput,
  Log,
  MessageCatalog,
  Messages,
  type Person,
  PortalError,
  type Scope,
} from '@portico/core';
import type {
  ResolvedSetting,
  SecretState,
  SettingsChange,
  SettingsDefinition,
  SettingsField,
  SettingsFields,
  SettingsHandle,
  SettingsPatch,
  SettingsValues,
} from '../api/index.js';
import { Choices } from './choices.js';
import { DeploymentSettings } from './deployment-settings.js';
import { type Problem, readValue } from './read-value.js';
import { type DeployedValue, resolveField, type StoredValue } from './resolve-field.js';
import { isReference, SecretReferences } from './secret-references.js';
import { type FieldWrite, type ScopeKey, scopeKey, scopeOf } from './setting-rows.js';
import { StoredSettings } from './stored-settings.js';

type Values = SettingsValues<SettingsFields>;

export interface DefinitionSettingsDependencies {
  readonly stored: StoredSettings;
  readonly deployment: DeploymentSettings;
  readonly references: SecretReferences;
  readonly choices: Choices;
  readonly log: Log;
  /** Puts a problem of a field into words. */
  readonly problemText: (field: string, problem: Problem) => string;
}

/** What the deployment says of a field; it does not change while the portal runs. */
interface Deployed {
  readonly value: DeployedValue | undefined;
  /** What locks it, whether or not there is a value. */
  readonly lock: string | undefined;
}

/** The settings of one definition: values of every scope ready in memory, so that a read is a look into a Map. */
export class DefinitionSettings implements SettingsHandle<SettingsFields> {
  private deployed: ReadonlyMap<string, Deployed>;
  private readonly sites = new Map<string, Values>();
  private instance: Values;
  private readonly changes: Emitter<SettingsChange>;
  readonly onDidChange;

  constructor(
    private current: SettingsDefinition,
    private readonly dependencies: DefinitionSettingsDependencies,
  ) {
    this.changes = new Emitter((error) =>
      dependencies.log.error('A listener of settings failed.', { error, definition: current.id }),
    );
    this.onDidChange = this.changes.event;
    this.deployed = this.readDeployed();
    this.instance = this.valuesOf('instance');
    this.readSites();
    dependencies.stored.listen(current.id, (scope, fields) => this.changed(scope, fields));
  }

  get definition(): SettingsDefinition {
    return this.current;
  }

  /** Reads everything anew when fields came or went; listeners stay. */
  update(definition: SettingsDefinition): void {
    if (isSame(this.current, definition)) return;
    this.current = definition;
    this.deployed = this.readDeployed();
    this.instance = this.valuesOf('instance');
    this.readSites();
  }

  get(scope: Scope): Values {
    if (scope.kind === 'instance') return this.instance;
    return this.sites.get(scope.siteId) ?? this.instance;
  }

  resolve(scope: Scope, name: string): ResolvedSetting {
    return this.resolveAt(scopeKey(scope), name, this.field(name));
  }

  secret(scope: Scope, name: string): string | undefined {
    const { id } = this.definition;
    const state = this.get(scope)[name] as SecretState | undefined;
    if (this.field(name).type !== 'secret' || !state?.suppliedBy) return undefined;
    if (state.suppliedBy === 'environment') return String(this.deployed.get(name)?.value?.value);
    const value = this.dependencies.stored.open(id, state.suppliedBy === 'site' ? scopeKey(scope) : 'instance', name);
    const unfit = value !== undefined && state.reference !== undefined && !readValue(this.field(name), value).ok;
    return unfit ? undefined : value;
  }

  revision(scope: Scope): number {
    return this.dependencies.stored.revision(this.definition.id, scopeKey(scope)).revision;
  }

  async save(scope: Scope, patch: SettingsPatch, by: Person, expected?: number, via: AuditVia = 'system'): Promise<void> {
    const writes = await this.prepare(scope, patch);
    await this.dependencies.stored.save([{ definitionId: this.definition.id, scope: scopeKey(scope), writes, expected }], {
      by,
      via,
    });
  }

  /** What saving a patch would write. @throws PortalError `invalid-input`, `setting-locked`, `setting-not-here`. */
  async prepare(scope: Scope, patch: SettingsPatch): Promise<ReadonlyMap<string, FieldWrite>> {
    const { id, scopes } = this.definition;
    if (!scopes.includes(scope.kind)) {
      throw new PortalError('setting-not-here', `The settings ${id} cannot be set for a ${scope.kind}.`, { status: 400 });
    }
    const writes = new Map<string, FieldWrite>();
    const problems: Record<string, string> = {};
    for (const [name, change] of Object.entries(patch)) {
      if (change === undefined) continue;
      const write = this.checked(scope, name, change);
      if (write.ok) writes.set(name, write.write);
      else problems[name] = this.dependencies.problemText(name, write.problem);
    }
    Object.assign(problems, await this.unoffered(scope, writes));
    if (Object.keys(problems).length > 0) throw invalidInput(problems);
    return writes;
  }

  private checked(
    scope: Scope,
    name: string,
    change: NonNullable<SettingsPatch[string]>,
  ): { readonly ok: true; readonly write: FieldWrite } | { readonly ok: false; readonly problem: Problem } {
    const field = Object.hasOwn(this.definition.fields, name) ? this.definition.fields[name] : undefined;
    if (!field) return { ok: false, problem: { key: 'problem.unknown-field' } };
    if (scope.kind === 'site' && field.siteOverridable === false) return { ok: false, problem: { key: 'problem.not-at-site' } };
    const deployed = this.deployed.get(name)?.value;
    if (deployed?.locked) {
      throw new PortalError('setting-locked', `${deployed.label} locks ${this.definition.id}.${name}.`, { status: 409 });
    }
    this.dependencies.deployment.checkUnlocked(this.definition.id, name);
    if (change === 'inherit') return { ok: true, write: undefined };
    if (change === 'none') {
      const allowed = field.type === 'secret' && scope.kind === 'site';
      return allowed ? { ok: true, write: { kind: 'none' } } : { ok: false, problem: { key: 'problem.none-not-here' } };
    }
    if (field.type === 'secret' && isReference(String(change.set)))
      return this.checkedReference(scope, String(change.set).trim());
    const read = readValue(field, change.set);
    if (!read.ok) return read;
    return {
      ok: true,
      write: field.type === 'secret' ? { kind: 'secret', plain: String(read.value) } : { kind: 'value', value: read.value },
    };
  }

  /** What it leads to may come later; whether it may be named at all is decided now. */
  private checkedReference(
    scope: Scope,
    reference: string,
  ): { readonly ok: true; readonly write: FieldWrite } | { readonly ok: false; readonly problem: Problem } {
    const { references } = this.dependencies;
    if (scope.kind === 'site' && !references.allowedAtSites) return { ok: false, problem: { key: 'problem.reference-at-site' } };
    if (!references.isAllowed(reference))
      return { ok: false, problem: { key: 'problem.reference-not-allowed', values: { allowed: references.allowed } } };
    return { ok: true, write: { kind: 'reference', reference } };
  }

  /** Values that their provider does not offer; a provider that does not answer keeps nobody from saving. */
  private async unoffered(scope: Scope, writes: ReadonlyMap<string, FieldWrite>): Promise<Readonly<Record<string, string>>> {
    const written = Object.entries(this.definition.fields).filter(
      ([name, { type }]) => /choice$/.test(type) && writes.get(name)?.kind === 'value',
    );
    const asked = await this.dependencies.choices.askAll(Object.fromEntries(written), scope);
    const strangers = [...asked].filter(([name, answer]) => {
      const write = writes.get(name);
      if (answer.state !== 'ready' || write?.kind !== 'value') return false;
      const offered = new Set(answer.choices.map(({ value }) => value));
      return ![write.value].flat().every((value) => offered.has(String(value)));
    });
    return Object.fromEntries(strangers.map(([name]) => [name, this.dependencies.problemText(name, { key: 'problem.choice' })]));
  }

  private changed(scope: ScopeKey, fields: readonly string[]): void {
    if (scope === 'instance') {
      this.instance = this.valuesOf('instance');
      this.readSites();
    } else this.sites.set(scope, this.valuesOf(scope));
    this.changes.fire({ scope: scopeOf(scope), fields });
  }

  private readSites(): void {
    for (const scope of this.dependencies.stored.scopesOf(this.definition.id)) {
      if (scope !== 'instance') this.sites.set(scope, this.valuesOf(scope));
    }
  }

  private valuesOf(scope: ScopeKey): Values {
    const values = {};
    for (const [name, field] of Object.entries(this.definition.fields)) {
      const { value, origin } = this.resolveAt(scope, name, field);
      if (origin === 'default' && field.type === 'choice' && field.provider !== undefined) {
        const { default: otherwise } = field;
        // What a provider presets may be another value tomorrow; what was chosen is not.
        const get = (): unknown => this.dependencies.choices.presetOf(field) ?? otherwise;
        Object.defineProperty(values, name, { enumerable: true, get });
      } else Object.defineProperty(values, name, { enumerable: true, value });
    }
    return Object.freeze(values) as Values;
  }

  private readDeployed(): ReadonlyMap<string, Deployed> {
    const { id, fields } = this.definition;
    const { deployment } = this.dependencies;
    return new Map(
      Object.entries(fields).map(([name, field]) => [
        name,
        {
          value: deployment.find(id, name, field, (problem) => this.dependencies.problemText(name, problem)),
          lock: deployment.lockOf(id, name),
        },
      ]),
    );
  }

  private resolveAt(scope: ScopeKey, name: string, field: SettingsField): ResolvedSetting {
    const { value: deployed, lock } = this.deployed.get(name) ?? {};
    const sources = {
      deployed,
      lock,
      instance: this.storedValue('instance', name, field),
      site: scope === 'instance' ? undefined : this.storedValue(scope, name, field),
    };
    return resolveField(this.dependencies.choices.withPreset(field), sources, scope === 'instance' ? 'instance' : 'site');
  }

  /** A stored value that does not fit its field any more, because the module changed the field, counts as not stored. */
  private storedValue(scope: ScopeKey, name: string, field: SettingsField): StoredValue | undefined {
    const stored = this.dependencies.stored.get(this.definition.id, scope)?.get(name);
    if (!stored || (stored.kind === 'value') === (field.type === 'secret')) return undefined;
    if (stored.kind === 'reference') return this.fitting(stored, field);
    return stored.kind === 'value' && !readValue(field, stored.value).ok ? undefined : stored;
  }

  /** What the deployment keeps was not checked when the reference was stored. */
  private fitting(stored: StoredValue & { readonly kind: 'reference' }, field: SettingsField): StoredValue {
    const resolved = this.dependencies.references.resolve(stored.reference);
    if (!resolved.ok || readValue(field, resolved.value).ok) return stored;
    return { ...stored, state: { ...stored.state, readable: false, referenceProblem: 'unfit' } };
  }

  private field(name: string): SettingsField {
    const field = this.definition.fields[name];
    if (!field) throw new PortalError('setting-unknown', `There is no setting ${this.definition.id}.${name}.`, { status: 404 });
    return field;
  }
}

/** Whether two definitions have the same fields in the same order. */
function isSame(one: SettingsDefinition, other: SettingsDefinition): boolean {
  const [left, right] = [Object.entries(one.fields), Object.entries(other.fields)];
  return (
    one === other ||
    (left.length === right.length && left.every(([name, field], at) => right[at]?.[0] === name && right[at]?.[1] === field))
  );
}

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
