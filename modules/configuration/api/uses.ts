import { type AccessContext, type ConditionalPoint, extensionPoint } from '@portico/core';

/**
 * How much of a limit is used now, e.g. "2.1 MB of 100 GiB are used.": stands below the field on its form, so that who changes a limit sees what it
 * would mean. Asked each time the form is shown; what fails, or takes longer than choices may, is left out.
 */
export interface SettingsUse {
  /** Id of the definition. */
  readonly settings: string;
  /** Name of the field. */
  readonly field: string;
  /** One sentence in the language of the person, about the scope of the form; undefined: there is nothing to say. */
  use(access: AccessContext): string | undefined | Promise<string | undefined>;
}
export const SettingsUses: ConditionalPoint<SettingsUse> = extensionPoint('configuration.settings-uses', {
  requires: { settings: 'text', field: 'text', use: 'function' },
  conditional: true,
});
