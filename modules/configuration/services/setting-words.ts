import { inject, injectable, MessageCatalog, Messages } from '@portico/core';
import type { ResolvedSetting, SecretState, SettingOrigin, SettingsField } from '../api/index.js';

/** Puts values and origins of settings into words; labels come from the module that contributes the definition. */
@injectable()
export class SettingWords {
  constructor(
    @inject(MessageCatalog) private readonly catalog: MessageCatalog,
    @inject(Messages) private readonly messages: Messages,
  ) {}

  theirs(module: string, key: string, locale?: string): string {
    return this.catalog.for(module).text(key, undefined, locale);
  }

  ours(key: string, values?: Readonly<Record<string, string | number>>, locale?: string): string {
    return this.messages.text(key, values, locale);
  }

  /** A value as a person reads it. Never a secret. */
  value(module: string, field: SettingsField, value: unknown, locale?: string): string {
    switch (field.type) {
      case 'boolean':
        return this.ours(value === true ? 'value.on' : 'value.off', undefined, locale);
      case 'secret':
        return this.secret(value as SecretState | 'none' | undefined, locale);
      case 'choice': {
        const label = field.options.find((option) => option.value === value)?.label;
        return label === undefined ? String(value) : this.theirs(module, label, locale);
      }
      case 'number':
        return field.unit ? `${value} ${this.theirs(module, field.unit, locale)}` : String(value);
      default:
        return value === '' ? this.ours('value.empty', undefined, locale) : String(value);
    }
  }

  origin(origin: SettingOrigin, lockedBy: string | undefined, locale?: string): string {
    return lockedBy ? this.ours('origin.locked', { place: lockedBy }, locale) : this.ours(`origin.${origin}`, undefined, locale);
  }

  /** The value in force and where it comes from, e.g. "On, from Instance Settings". */
  inForce(module: string, field: SettingsField, resolved: ResolvedSetting, locale?: string): string {
    const value = this.value(module, field, resolved.value, locale);
    return this.ours('origin.in-force', { value, origin: this.origin(resolved.origin, resolved.lockedBy, locale) }, locale);
  }

  private secret(state: SecretState | 'none' | undefined, locale?: string): string {
    if (!state || state === 'none' || !state.isSet) return this.ours('secret.not-set', undefined, locale);
    const { reference, referenceProblem: problem } = state;
    if (reference && problem)
      return this.ours(
        'secret.reference-lost',
        { reference, problem: this.ours(`reference.${problem}`, undefined, locale) },
        locale,
      );
    if (reference) return this.ours('secret.reference', { reference }, locale);
    if (!state.readable) return this.ours('secret.unreadable', undefined, locale);
    return state.lastFour
      ? this.ours('secret.ends-in', { lastFour: state.lastFour }, locale)
      : this.ours('secret.set', undefined, locale);
  }
}
