import { type ExtensionPoint, extensionPoint, type Scope } from '@portico/core';

/** One option of a choice, ready to be read: its label is not a message key. */
export interface Choice {
  readonly value: string;
  /** Default: the value. */
  readonly label?: string;
}

/**
 * Answers the options of fields that name it under `provider`. Asked each time a form is shown and when a value is saved, under a
 * time limit: when it fails, the form says so and takes any text, so that a stranger that is down keeps nobody from saving.
 */
export interface ChoiceProvider {
  /** `<module>.<plural-noun>`, unique in the portal. */
  readonly id: string;
  /** @param signal aborted when the time is over. */
  choices(scope: Scope, signal: AbortSignal): Promise<readonly Choice[]>;
  /** What a value is called, where it is told without a form. A memory read. Default: the value itself. */
  labelOf?(value: string): string | undefined;
  /** The value in force of a `choice` until somebody chooses, in place of the default of the field. A memory read. */
  preset?(): string | undefined;
}
export const ChoiceProviders: ExtensionPoint<ChoiceProvider> = extensionPoint('configuration.choice-providers', {
  requires: { id: 'text', choices: 'function' },
});
