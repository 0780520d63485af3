import { type ConditionalPoint, extensionPoint } from '@portico/core';
import type { OfferedDefaults, SettingsFields } from './definition.js';

/**
 * Fields that a module brings to the page of another one: they stand in its form, are saved with it, and have names of that page
 * everywhere (`<page>.<field>`: commands, variables, files, `when`), whichever module brings them. Labels, checks and views are those
 * of the module that brings them. A name that the page, or an earlier module, has already is left out, and `portico doctor` says so.
 */
export interface SettingsAddition<F extends SettingsFields = SettingsFields> {
  /** Id of the definition whose page it is. */
  readonly page: string;
  /** Name of the field of the page after which these stand. Default: after all others. */
  readonly after?: string;
  readonly fields: F;
}

/** Keeps the types of the fields. */
export function defineSettingsAddition<const F extends SettingsFields>(
  addition: SettingsAddition<F> & { readonly fields: OfferedDefaults<F> },
): SettingsAddition<F> {
  return addition;
}

/** Additions by module. The `when` of the contribution decides for the fields what that of a definition decides for its page. */
export const SettingsAdditions: ConditionalPoint<SettingsAddition> = extensionPoint('configuration.settings-additions', {
  requires: { page: 'text', fields: 'object' },
  conditional: true,
});
