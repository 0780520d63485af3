import {
  AuditLog,
  Clock,
  inject,
  injectable,
  optional,
  type Scope,
  type ServiceHandle,
  SiteDirectory,
  siteScope,
  UnitOfWork,
} from '@portico/core';
import { yielding } from '@portico/core/util';
import type { SecretState, SettingsField } from '../api/index.js';
import { auditArea } from './settings-audit.js';
import type { CatalogEntry } from './settings-catalog.js';
import { SettingsRegistry } from './settings-registry.js';

export const transferFormat = 'portico-settings';
export const transferVersion = 1;

/** What stands in a file for a field: its value, where the deployment keeps a secret, or that a site has none. */
export type ExportedValue = unknown | { readonly reference: string } | { readonly none: true };

export interface ExportedEntry {
  readonly scope: string;
  readonly id: string;
  readonly values: Readonly<Record<string, ExportedValue>>;
  /** Names of secrets that are set and do not leave the portal. */
  readonly secretsLeftOut?: readonly string[];
}

export interface ExportedSettings {
  readonly format: typeof transferFormat;
  readonly version: typeof transferVersion;
  readonly exportedAt: string;
  readonly settings: readonly ExportedEntry[];
}

export interface ExportChoice {
  /** What is there for whoever exports: `SettingsCatalog.visible` for a person, `all` for the operator. */
  readonly reach: readonly CatalogEntry[];
  /** Id of a definition; left out: all of them. */
  readonly id?: string | undefined;
  /** `instance`, `site:<address>`; left out: everything. */
  readonly scope?: string | undefined;
}

/** Writes what instance and sites store, ordered so that two exports of the same are the same; secrets never leave. */
@injectable()
export class SettingsExport {
  constructor(
    @inject(SettingsRegistry) private readonly registry: SettingsRegistry,
    @inject(Clock) private readonly clock: Clock,
    @inject(optional(SiteDirectory)) private readonly sites: ServiceHandle<SiteDirectory>,
    @inject(UnitOfWork) private readonly unitOfWork: UnitOfWork,
    @inject(AuditLog) private readonly audit: AuditLog,
  ) {}

  /** An installation may have thousands of sites: others have their turn between them. */
  async write({ id, scope, reach }: ExportChoice): Promise<ExportedSettings> {
    const places = this.places().filter(([name]) => scope === undefined || name === scope);
    const entries = reach
      .filter(({ value }) => id === undefined || value.id === id)
      .sort((a, b) => (a.value.id < b.value.id ? -1 : 1));
    const pairs = places.flatMap(([name, place]) => entries.map((each) => [name, place, each] as const));
    const settings: ExportedEntry[] = [];
    await this.unitOfWork.write((transaction) =>
      this.audit.record(transaction, {
        area: auditArea,
        subject: id ?? 'all',
        scope: 'instance',
        action: 'exported',
        ...(scope !== undefined && { after: { scope } }),
      }),
    );
    for await (const [name, place, each] of yielding(pairs)) settings.push(...this.entry(name, place, each));
    return { format: transferFormat, version: transferVersion, exportedAt: this.clock.now().toISOString(), settings };
  }

  /** Name and scope of every place that can store settings. */
  places(): readonly (readonly [string, Scope])[] {
    const sites = [...(this.sites.get()?.all() ?? [])].sort((a, b) => (a.address < b.address ? -1 : 1));
    return [['instance', { kind: 'instance' }], ...sites.map(({ address, id }) => [`site:${address}`, siteScope(id)] as const)];
  }

  private entry(scope: string, place: Scope, { value: { id, fields } }: CatalogEntry): readonly ExportedEntry[] {
    const handle = this.registry.handle(id);
    const values: Record<string, ExportedValue> = {};
    const secretsLeftOut: string[] = [];
    for (const [name, field] of Object.entries(fields)) {
      const { own } = handle.resolve(place, name);
      if (own === undefined) continue;
      const value = exported(field, own);
      if (value === undefined) secretsLeftOut.push(name);
      else values[name] = value;
    }
    if (Object.keys(values).length === 0 && secretsLeftOut.length === 0) return [];
    return [{ scope, id, values, ...(secretsLeftOut.length > 0 ? { secretsLeftOut } : {}) }];
  }
}

function exported(field: SettingsField, own: unknown): ExportedValue | undefined {
  if (field.type !== 'secret') return own;
  if (own === 'none') return { none: true };
  const { reference } = own as SecretState;
  return reference === undefined ? undefined : { reference };
}
