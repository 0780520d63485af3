import { PortalError, type Scope } from '@portico/core';
import { type JsonText, JsonTextError, readJsonText } from '@portico/core/util';
import type { SecretState, SettingsField, SettingsFields, SettingsPatch, SettingValue } from '../api/index.js';
import type { DefinitionSettings } from './definition-settings.js';
import { readValue } from './read-value.js';
import { transferFormat, transferVersion } from './settings-export.js';
import { sameValue } from './value-text.js';

type Path = readonly (string | number)[];
type Change = NonNullable<SettingsPatch[string]>;

/** Something in the file, and where it stands. */
export interface ImportNote {
  readonly line: number;
  readonly column: number;
  /** E.g. `settings.0.values.greeting`. */
  readonly path: string;
  readonly sentence: string;
}

export interface ImportChange {
  readonly scope: Scope;
  /** `instance` or `site:<address>`. */
  readonly place: string;
  readonly id: string;
  readonly field: string;
  readonly change: Change;
  /** What is stored now, and what will be; undefined where it inherits. */
  readonly before: unknown;
  readonly after: unknown;
}

/** What a file asks for against what is there. A file with faults changes nothing at all. */
export interface ImportPlan {
  readonly changes: readonly ImportChange[];
  readonly faults: readonly ImportNote[];
  /** Settings that are not there: of a module that is absent, of another version, or hidden from whoever imports. They are left out. */
  readonly skipped: readonly ImportNote[];
}

/** What a plan needs to know. */
export interface ImportContext {
  place(name: string): Scope | undefined;
  /** A page that is there for whoever imports, with the fields that are. */
  entry(id: string): { readonly fields: SettingsFields; readonly handle: DefinitionSettings } | undefined;
  message(key: string, values?: Readonly<Record<string, string | number>>): string;
  /** Whether fields that an entry of the file does not name inherit again. */
  readonly replace: boolean;
}

export async function planImport(text: string, context: ImportContext): Promise<ImportPlan> {
  try {
    const json = readJsonText(text);
    return await new Planner(json, context).plan();
  } catch (error) {
    if (!(error instanceof JsonTextError)) throw error;
    return { changes: [], skipped: [], faults: [{ ...error.position, path: '', sentence: `${error.message}.` }] };
  }
}

class Planner {
  private readonly changes: ImportChange[] = [];
  private readonly faults: ImportNote[] = [];
  private readonly skipped: ImportNote[] = [];
  private readonly seen = new Set<string>();

  constructor(
    private readonly json: JsonText,
    private readonly context: ImportContext,
  ) {}

  async plan(): Promise<ImportPlan> {
    const root = this.json.value;
    if (!isObject(root) || root.format !== transferFormat) this.fault(['format'], 'import.format', { format: transferFormat });
    else if (root.version !== transferVersion) this.fault(['version'], 'import.version', { version: transferVersion });
    else {
      this.strangers(root, [], ['format', 'version', 'exportedAt', 'settings']);
      if (!Array.isArray(root.settings)) this.fault(['settings'], 'import.settings');
      else for (const [index, entry] of root.settings.entries()) await this.entry(entry, ['settings', index]);
    }
    const { changes, faults, skipped } = this;
    return { changes: faults.length > 0 ? [] : changes, faults, skipped };
  }

  private async entry(entry: unknown, path: Path): Promise<void> {
    if (!isObject(entry) || !isObject(entry.values)) return this.fault(path, 'import.entry');
    this.strangers(entry, path, ['scope', 'id', 'values', 'secretsLeftOut']);
    const { scope: place, id, values } = entry;
    const scope = typeof place === 'string' ? this.context.place(place) : undefined;
    if (!scope) return this.fault([...path, 'scope'], 'import.scope', { scope: String(place) });
    const found = typeof id === 'string' ? this.context.entry(id) : undefined;
    if (!found) return this.skip([...path, 'id'], 'import.unknown-entry', { id: String(id) });
    const key = `${String(place)} ${String(id)}`;
    if (this.seen.has(key)) return this.fault(path, 'import.twice', { entry: key });
    this.seen.add(key);
    for (const [name, value] of Object.entries(values)) {
      const field = Object.hasOwn(found.fields, name) ? found.fields[name] : undefined;
      if (!field) this.skip([...path, 'values', name], 'import.unknown-field', { name: `${String(id)}.${name}` });
      else await this.field(found.handle, { scope, place: String(place), name, field, value, path: [...path, 'values', name] });
    }
    if (this.context.replace) await this.rest(found, { scope, place: String(place), values, path });
  }

  private async rest(
    { fields, handle }: { readonly fields: SettingsFields; readonly handle: DefinitionSettings },
    at: { readonly scope: Scope; readonly place: string; readonly values: object; readonly path: Path },
  ): Promise<void> {
    for (const [name, field] of Object.entries(fields)) {
      if (Object.hasOwn(at.values, name) || field.type === 'secret') continue;
      if (at.scope.kind === 'site' && field.siteOverridable === false) continue;
      await this.field(handle, { ...at, name, field, value: null });
    }
  }

  private async field(
    handle: DefinitionSettings,
    {
      scope,
      place,
      name,
      field,
      value,
      path,
    }: {
      readonly scope: Scope;
      readonly place: string;
      readonly name: string;
      readonly field: SettingsField;
      readonly value: unknown;
      readonly path: Path;
    },
  ): Promise<void> {
    const wanted = wantedOf(field, value);
    if (!wanted) return this.fault(path, field.type === 'secret' ? 'import.secret' : 'import.value');
    const before = storedOf(handle.resolve(scope, name).own);
    if (sameValue(before as SettingValue | undefined, wanted.after as SettingValue | undefined)) return;
    try {
      await handle.prepare(scope, { [name]: wanted.change });
      this.changes.push({
        scope,
        place,
        id: handle.definition.id,
        field: name,
        change: wanted.change,
        before,
        after: wanted.after,
      });
    } catch (error) {
      if (!(error instanceof PortalError) || error.status >= 500) throw error;
      const sentence = (error.details.fields as Readonly<Record<string, string>> | undefined)?.[name] ?? error.message;
      this.faults.push(this.note(path, sentence));
    }
  }

  private strangers(object: object, path: Path, known: readonly string[]): void {
    for (const name of Object.keys(object)) if (!known.includes(name)) this.fault([...path, name], 'import.stranger', { name });
  }

  private fault(path: Path, key: string, values?: Readonly<Record<string, string | number>>): void {
    this.faults.push(this.note(path, this.context.message(key, values)));
  }

  private skip(path: Path, key: string, values: Readonly<Record<string, string>>): void {
    this.skipped.push(this.note(path, this.context.message(key, values)));
  }

  private note(path: Path, sentence: string): ImportNote {
    return { ...this.json.positionOf(path), path: path.join('.'), sentence };
  }
}

interface Wanted {
  readonly change: Change;
  readonly after: unknown;
}

/** `null` inherits. A secret in clear is refused: it would stand in a file, a repository, a mail. */
function wantedOf(field: SettingsField, value: unknown): Wanted | undefined {
  if (value === null) return { change: 'inherit', after: undefined };
  if (field.type !== 'secret') {
    const ok = ['string', 'number', 'boolean'].includes(typeof value) || isTexts(value);
    if (!ok) return undefined;
    const read = readValue(field, value);
    return { change: { set: value as SettingValue }, after: read.ok ? read.value : value };
  }
  if (!isObject(value)) return undefined;
  if (value.none === true) return { change: 'none', after: 'none' };
  const reference = typeof value.reference === 'string' && /^(?:env|file):/.test(value.reference) ? value.reference : undefined;
  return reference === undefined ? undefined : { change: { set: reference }, after: reference };
}

/** Of a secret its reference; what is sealed is told from everything else and nothing more. */
function storedOf(own: unknown): unknown {
  return isObject(own) ? ((own as unknown as SecretState).reference ?? sealed) : own;
}
const sealed = Symbol('a stored secret');

/** Whether a value of a change is a secret that stays in the portal. */
export const isSealed = (value: unknown): boolean => value === sealed;

function isTexts(value: unknown): boolean {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
