import { type IntegrityCheck, type IntegrityFinding, inject, injectable, Lifetime } from '@portico/core';
import type {
  Settings,
  SettingsAddition,
  SettingsDefinition,
  SettingsEntry,
  SettingsFields,
  SettingsHandle,
} from '../api/index.js';
import { type DefinitionSettings, DefinitionSettingsFactory } from './definition-settings.js';
import { DeployedProblems } from './deployed-problems.js';
import { DeploymentSettings } from './deployment-settings.js';
import { type CatalogEntry, SettingsCatalog, withAdditions } from './settings-catalog.js';
import { StoredSettings } from './stored-settings.js';

/** What a module asked for by itself, before or without contributing it. */
interface Given {
  definition?: SettingsDefinition;
  readonly additions: Set<SettingsAddition>;
}

/**
 * One handle per page, made when it is first asked for. It stays the same while modules come and go: whoever holds it reads the fields
 * that are there now.
 */
@injectable()
export class SettingsRegistry implements Settings {
  private readonly handles = new Map<string, DefinitionSettings>();
  private readonly given = new Map<string, Given>();

  constructor(
    @inject(SettingsCatalog) private readonly catalog: SettingsCatalog,
    @inject(DefinitionSettingsFactory) private readonly factory: DefinitionSettingsFactory,
    @inject(Lifetime) lifetime: Lifetime,
  ) {
    lifetime.add(
      catalog.onDidChange(() => {
        for (const [id, handle] of this.handles) handle.update(this.definitionOf(id));
      }),
    );
  }

  of<F extends SettingsFields>(asked: SettingsDefinition<F> | SettingsAddition<F>): SettingsHandle<F> {
    const id = 'page' in asked ? asked.page : asked.id;
    const given = this.given.get(id) ?? { additions: new Set() };
    this.given.set(id, given);
    if ('page' in asked) given.additions.add(asked as SettingsAddition);
    else given.definition = asked as SettingsDefinition;
    return this.handle(id) as unknown as SettingsHandle<F>;
  }

  byId(id: string): SettingsEntry | undefined {
    const entry = this.catalog.find(id);
    if (!entry) return undefined;
    const { value: definition } = entry;
    const moduleOf = (field: string): string | undefined =>
      Object.hasOwn(definition.fields, field) ? entry.moduleOf(field) : undefined;
    return { definition, handle: this.handle(id), moduleOf };
  }

  /** The handle of a definition that is there, with all that belongs to this module alone. */
  known(id: string): DefinitionSettings | undefined {
    return this.catalog.find(id) && this.handle(id);
  }

  /** Of every field that is there: `ai-creator.model`. */
  names(): readonly string[] {
    return this.catalog.all().flatMap(({ value: { id, fields } }) => Object.keys(fields).map((field) => `${id}.${field}`));
  }

  contribution(id: string): CatalogEntry | undefined {
    return this.catalog.find(id);
  }

  /** Of a page, whether it is there or not. */
  handle(id: string): DefinitionSettings {
    const definition = this.definitionOf(id);
    const known = this.handles.get(id);
    if (known) {
      known.update(definition);
      return known;
    }
    const handle = this.factory.create(definition, (field) => this.contribution(id)?.moduleOf(field));
    this.handles.set(id, handle);
    return handle;
  }

  /** What is contributed comes first; what was only asked for belongs to a module that is starting, or has no page of its own. */
  private definitionOf(id: string): SettingsDefinition {
    const { definition, additions = new Set<SettingsAddition>() } = this.given.get(id) ?? {};
    const contributed = this.catalog.additionsTo(id);
    const base = this.catalog.base(id) ?? definition ?? bare(id);
    return withAdditions(base, [...contributed, ...[...additions].map((value) => ({ value }))]);
  }
}

/** Stands for a page whose module is not there: what others bring to it can still be read. */
const bare = (id: string): SettingsDefinition => ({
  id,
  section: 'platform',
  title: id,
  scopes: ['instance', 'site'],
  fields: {},
});

/** What `portico doctor` says about settings. Nothing here is broken data: each finding has a way out for the operator. */
@injectable()
export class SettingsCheck implements IntegrityCheck {
  readonly title = 'Every stored secret can be read, and every setting of the deployment belongs to a module.';
  readonly about = 'deployment';

  constructor(
    @inject(SettingsCatalog) private readonly catalog: SettingsCatalog,
    @inject(StoredSettings) private readonly stored: StoredSettings,
    @inject(DeploymentSettings) private readonly deployment: DeploymentSettings,
    @inject(DeployedProblems) private readonly deployed: DeployedProblems,
    @inject(SettingsRegistry) private readonly registry: SettingsRegistry,
  ) {}

  async run(): Promise<readonly IntegrityFinding[]> {
    const warning = (message: string): IntegrityFinding => ({ severity: 'warning', message });
    const definitions = this.catalog.all().map(({ value }) => value);
    // Settings that nobody has asked for yet are read now.
    const found = await Promise.all(
      definitions.map((definition) => this.deployed.of(definition, this.registry.handle(definition.id))),
    );
    const ofFields = found.flatMap((problems) => [...problems.values()]);
    const problems = new Set([...this.deployment.problems(definitions), ...ofFields]);
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
      ...[...problems].map(warning),
    ];
  }
}
