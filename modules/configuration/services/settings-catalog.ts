import {
  type AccessContext,
  type ConditionalContributions,
  type Contribution,
  contributions,
  Emitter,
  type Event,
  inject,
  injectable,
  Lifetime,
  Log,
} from '@portico/core';
import {
  type SettingsAddition,
  SettingsAdditions,
  type SettingsDefinition,
  SettingsDefinitions,
  type SettingsField,
} from '../api/index.js';

/** A definition as it is there: with all that other modules bring to its page. */
export interface CatalogEntry {
  readonly module: string;
  readonly value: SettingsDefinition;
  /** The module that brings a field, whose words its label is in. */
  moduleOf(field: string): string;
}

/** A field that is left out, because its page has one of that name already. */
export interface LeftOutField {
  readonly setting: string;
  readonly module: string;
  readonly owner: string;
}

type Definition = Contribution<SettingsDefinition>;
type Addition = Pick<Contribution<SettingsAddition>, 'module' | 'value'>;

/** Every definition that is contributed, and the fields that other modules bring to it, as one form. */
@injectable()
export class SettingsCatalog {
  private entries: readonly CatalogEntry[] | undefined;
  private readonly changes: Emitter<void>;
  /** Told after something came or went. */
  readonly onDidChange: Event<void>;

  constructor(
    @inject(contributions(SettingsDefinitions)) private readonly definitions: ConditionalContributions<SettingsDefinition>,
    @inject(contributions(SettingsAdditions)) private readonly added: ConditionalContributions<SettingsAddition>,
    @inject(Log) log: Log,
    @inject(Lifetime) lifetime: Lifetime,
  ) {
    this.changes = new Emitter((error) => log.error('A listener of the catalog of settings failed.', { error }));
    this.onDidChange = this.changes.event;
    const changed = (): void => {
      this.entries = undefined;
      this.changes.fire();
    };
    lifetime.add(definitions.onDidChange(changed));
    lifetime.add(added.onDidChange(changed));
  }

  all(): readonly CatalogEntry[] {
    this.entries ??= this.definitions.all().map((each) => entryOf(each, this.additionsTo(each.value.id)));
    return this.entries;
  }

  find(id: string): CatalogEntry | undefined {
    return this.all().find(({ value }) => value.id === id);
  }

  /** As its own module contributes it. */
  base(id: string): SettingsDefinition | undefined {
    return this.definitions.all().find(({ value }) => value.id === id)?.value;
  }

  /** What is there for this person, here, now. */
  visible(access: AccessContext): readonly CatalogEntry[] {
    const additions = this.added.visible(access);
    return this.definitions.visible(access).map((each) =>
      entryOf(
        each,
        additions.filter(({ value }) => value.page === each.value.id),
      ),
    );
  }

  additionsTo(page: string): readonly Addition[] {
    return this.added.all().filter(({ value }) => value.page === page);
  }

  leftOut(): readonly LeftOutField[] {
    return this.all().flatMap((entry) =>
      this.additionsTo(entry.value.id).flatMap(({ module, value: { fields } }) =>
        Object.keys(fields)
          .filter((name) => entry.value.fields[name] !== fields[name])
          .map((name) => ({ setting: `${entry.value.id}.${name}`, module, owner: entry.moduleOf(name) })),
      ),
    );
  }
}

function entryOf({ module, value }: Definition, additions: readonly Addition[]): CatalogEntry {
  const owners = new Map<string, string>();
  for (const { module: owner, value: addition } of additions)
    for (const name of Object.keys(addition.fields))
      if (!Object.hasOwn(value.fields, name) && !owners.has(name)) owners.set(name, owner);
  return { module, value: withAdditions(value, additions), moduleOf: (field) => owners.get(field) ?? module };
}

/** The definition with the fields of the additions where they belong; of two of one name the first stays. */
export function withAdditions(
  definition: SettingsDefinition,
  additions: readonly { readonly value: SettingsAddition }[],
): SettingsDefinition {
  if (additions.length === 0) return definition;
  const fields: Record<string, SettingsField> = {};
  const add = (name: string, field: SettingsField): void => {
    if (Object.hasOwn(fields, name)) return;
    if (Object.hasOwn(definition.fields, name) && definition.fields[name] !== field) return;
    fields[name] = field;
  };
  const addAfter = (place: string | undefined): void => {
    for (const { value } of additions)
      if (placeOf(value, definition) === place) for (const [name, field] of Object.entries(value.fields)) add(name, field);
  };
  for (const [name, field] of Object.entries(definition.fields)) {
    add(name, field);
    addAfter(name);
  }
  addAfter(undefined);
  return { ...definition, fields };
}

const placeOf = ({ after }: SettingsAddition, { fields }: SettingsDefinition): string | undefined =>
  after !== undefined && Object.hasOwn(fields, after) ? after : undefined;
