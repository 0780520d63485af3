import { inject, injectable, type Scope } from '@portico/core';
import type { ResolvedSetting, SettingsField } from '../api/index.js';
import { SettingPresenter } from './setting-presenter.js';
import type { CatalogEntry } from './settings-catalog.js';
import { SettingsRegistry } from './settings-registry.js';
import { textOf } from './value-text.js';

export interface DifferenceRow {
  readonly id: string;
  readonly field: string;
  readonly entry: string;
  readonly label: string;
  /** The value and where it comes from. */
  readonly now: string;
  /** What it is compared with: the default, or what the other site has. */
  readonly against: string;
}

/** What differs from the defaults, and what differs between two places. */
@injectable()
export class Differences {
  constructor(
    @inject(SettingsRegistry) private readonly registry: SettingsRegistry,
    @inject(SettingPresenter) private readonly presenter: SettingPresenter,
  ) {}

  /** Of a site only what the site itself says; the rest is the instance's. */
  fromDefaults(entries: readonly CatalogEntry[], scope: Scope, locale: string): readonly DifferenceRow[] {
    return this.rows(
      entries,
      scope,
      (entry, name, field) => {
        const resolved = this.registry.handle(entry.value.id).resolve(scope, name);
        const differs = scope.kind === 'site' ? resolved.own !== undefined : resolved.origin !== 'default';
        if (!differs) return undefined;
        const inherited = scope.kind === 'site' ? resolved.inherited : defaultOf(field, resolved);
        return {
          now: this.now(entry, name, field, resolved, locale),
          against: this.presenter.value(entry.moduleOf(name), field, inherited, locale),
        };
      },
      locale,
    );
  }

  between(entries: readonly CatalogEntry[], left: Scope, right: Scope, locale: string): readonly DifferenceRow[] {
    return this.rows(
      entries,
      left,
      (entry, name, field) => {
        const handle = this.registry.handle(entry.value.id);
        const [one, other] = [handle.resolve(left, name), handle.resolve(right, name)];
        if (comparable(field, one) === comparable(field, other)) return undefined;
        return { now: this.now(entry, name, field, one, locale), against: this.now(entry, name, field, other, locale) };
      },
      locale,
    );
  }

  private rows(
    entries: readonly CatalogEntry[],
    scope: Scope,
    compare: (entry: CatalogEntry, name: string, field: SettingsField) => Pick<DifferenceRow, 'now' | 'against'> | undefined,
    locale: string,
  ): readonly DifferenceRow[] {
    return entries.flatMap((entry) =>
      Object.entries(entry.value.fields).flatMap(([name, field]) => {
        if (scope.kind === 'site' && field.siteOverridable === false) return [];
        const found = compare(entry, name, field);
        if (!found) return [];
        const title = this.presenter.theirs(entry.module, entry.value.title, locale);
        return [
          {
            id: entry.value.id,
            field: name,
            entry: title,
            label: this.presenter.theirs(entry.moduleOf(name), field.label, locale),
            ...found,
          },
        ];
      }),
    );
  }

  private now(entry: CatalogEntry, name: string, field: SettingsField, resolved: ResolvedSetting, locale: string): string {
    return this.presenter.inForce(entry.moduleOf(name), field, resolved, locale);
  }
}

function defaultOf(field: SettingsField, { sources }: ResolvedSetting): unknown {
  return field.type === 'secret' ? undefined : sources.at(-1)?.value;
}

/** Secrets differ when another place supplies them. */
function comparable(field: SettingsField, { value, origin, own }: ResolvedSetting): string {
  return field.type === 'secret' ? JSON.stringify([origin, own === undefined ? origin : value]) : textOf(field, value);
}
