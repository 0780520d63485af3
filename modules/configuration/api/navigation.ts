import { type AccessContext, type ConditionalPoint, extensionPoint, type ServiceToken, serviceToken } from '@portico/core';
import type { SettingsSection } from './definition.js';

/** A page of a module's own among the entries of Instance Settings or Site Settings. */
export interface SettingsLink {
  /** Unique among the entries, e.g. `feature-flags`. */
  readonly id: string;
  readonly section: SettingsSection;
  /** Message key of its name. */
  readonly title: string;
  /** Message key. */
  readonly description?: string;
  /** Where it is; `~/…` within the current site. */
  readonly href: string;
  /** How many things wait there for somebody. A memory read. */
  notices?(access: AccessContext): number;
}

/** Pages among the settings; `when` says for whom and where. They stand after the forms of their section. */
export const SettingsLinks: ConditionalPoint<SettingsLink> = extensionPoint('configuration.settings-links', {
  conditional: true,
});

/** An entry of the settings as a view shows it. */
export interface SettingsNavigationEntry {
  readonly title: string;
  readonly description?: string;
  readonly href: string;
  readonly current: boolean;
  /** How many things wait there for somebody. */
  readonly notices?: number;
}

export interface SettingsNavigationSection {
  readonly key: SettingsSection;
  readonly title: string;
  /** The page of this section alone. */
  readonly href: string;
  readonly entries: readonly SettingsNavigationEntry[];
}

/** The entries of the settings beside a page that is one of them: `{{view 'settings-navigation' module='configuration' model=…}}`. */
export interface SettingsNavigation {
  /** Those that exist for a person, here and now. @param current id of the entry that is being shown. */
  sections(access: AccessContext, current?: string): readonly SettingsNavigationSection[];
}
export const SettingsNavigation: ServiceToken<SettingsNavigation> = serviceToken('configuration.settings-navigation');
