import { type AccessContext, type ConditionalPoint, extensionPoint } from '@portico/core';
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
  requires: { id: 'text', section: 'text', title: 'text', href: 'text' },
  conditional: true,
});
