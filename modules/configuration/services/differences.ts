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
  /** Of a list its items, and how many come from where. */
  readonly nowItems?: readonly string[] | undefined;
  readonly nowState?: string | undefined;
  /** What it is compared with: the default, or what the other site has. */
  readonly against: string;
  readonly againstItems?: readonly string[] | undefined;
  readonly againstState?: string | undefined;
}

/** A value in force: as one text, and as a list where it is one. */
interface Shown {
  readonly text: string;
  readonly items: readonly string[] | undefined;
  readonly state: string | undefined;
}

type Compared = Omit<DifferenceRow, 'id' | 'field' | 'entry' | 'label'>;

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
        const module = entry.moduleOf(name);
        const { text: now, items: nowItems, state: nowState } = this.now(entry, name, field, resolved, locale);
        const against = this.presenter.value(module, field, inherited, locale);
        return { now, nowItems, nowState, against, againstItems: this.presenter.items(module, field, inherited, locale) };
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
        const [now, against] = [this.now(entry, name, field, one, locale), this.now(entry, name, field, other, locale)];
        const { text, items, state } = against;
        return {
          now: now.text,
          nowItems: now.items,
          nowState: now.state,
          against: text,
          againstItems: items,
          againstState: state,
        };
      },
      locale,
    );
  }

  private rows(
    entries: readonly CatalogEntry[],
    scope: Scope,
    compare: (entry: CatalogEntry, name: string, field: SettingsField) => Compared | undefined,
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

  private now(entry: CatalogEntry, name: string, field: SettingsField, resolved: ResolvedSetting, locale: string): Shown {
    const module = entry.moduleOf(name);
    const items = this.presenter.items(module, field, resolved.value, locale);
    const text = this.presenter.inForce(module, field, resolved, locale);
    return { text, items, state: items?.length ? this.presenter.inForce(module, field, resolved, locale, false) : undefined };
  }
}

function defaultOf(field: SettingsField, { sources }: ResolvedSetting): unknown {
  return field.type === 'secret' ? undefined : sources.at(-1)?.value;
}

/** Secrets differ when another place supplies them. */
function comparable(field: SettingsField, { value, origin, own }: ResolvedSetting): string {
  return field.type === 'secret' ? JSON.stringify([origin, own === undefined ? origin : value]) : textOf(field, value);
}
