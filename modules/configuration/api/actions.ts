import { type AccessContext, type ConditionalPoint, extensionPoint, type Scope } from '@portico/core';
import type { SecretState, SettingsFields, SettingsValues } from './definition.js';

/** A secret as an action may use it: for the length of the call. */
export interface UsableSecret {
  readonly value: string;
  /** `typed`: it stands in the form and is stored nowhere. */
  readonly from: 'typed' | NonNullable<SecretState['suppliedBy']>;
}

/** What an action is run with: the form as it stands, as if it had been saved. */
export interface SettingsActionCall {
  readonly scope: Scope;
  readonly access: AccessContext;
  /** Values of all fields: what was typed where it fits its field, else what is in force. */
  readonly values: SettingsValues<SettingsFields>;
  /** The typed secret, else the one in force. It has not been checked by its field. Never echo, keep or log it. */
  secret(field: string): UsableSecret | undefined;
}

export type SettingsActionKind = 'success' | 'warning' | 'danger';

/** What an action found, in the words of its module and the language of the person. */
export interface SettingsActionResult {
  readonly kind: SettingsActionKind;
  readonly summary: string;
  readonly findings: readonly { readonly kind: SettingsActionKind; readonly title: string; readonly text: string }[];
}

/**
 * A button on a form of settings, beside a field: tries out what is typed, before anything is saved. It is run when somebody presses
 * it and at no other time, in particular not by Save; it changes no settings.
 */
export interface SettingsAction {
  /** Id of the definition whose form shows it. */
  readonly settings: string;
  /** Name of the field beside which it stands. */
  readonly field: string;
  /** Message keys of the contributing module. */
  readonly label: string;
  /** What it does and what it costs. */
  readonly help?: string;
  run(call: SettingsActionCall): Promise<SettingsActionResult>;
}

/** Actions by module. The `when` of the contribution decides whether the button is there. */
export const SettingsActions: ConditionalPoint<SettingsAction> = extensionPoint('configuration.settings-actions', {
  requires: { settings: 'text', field: 'text', label: 'text', run: 'function' },
  conditional: true,
  called: 'point.settings-action',
});
