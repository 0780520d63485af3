import {
  type AuditArea,
  type AuditDescription,
  type AuditRecord,
  inject,
  injectable,
  MessageCatalog,
  Messages,
} from '@portico/core';
import type { ResolvedSetting, SecretState, SettingSource, SettingsField } from '../api/index.js';
import { Choices } from './choices.js';
import { auditArea } from './settings-audit.js';
import { SettingsRegistry } from './settings-registry.js';
import { textOf } from './value-text.js';

/** Puts values and origins of settings into words; labels come from the module that contributes the definition. */
@injectable()
export class SettingPresenter {
  constructor(
    @inject(MessageCatalog) private readonly catalog: MessageCatalog,
    @inject(Messages) private readonly messages: Messages,
    @inject(Choices) private readonly choices: Choices,
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
        const label = field.options?.find((option) => option.value === value)?.label;
        if (label !== undefined) return this.theirs(module, label, locale);
        return this.choices.labelOf(field, String(value)) ?? this.text(field, value, locale);
      }
      case 'multiple-choice':
      case 'list': {
        const items = this.items(module, field, value, locale) ?? [];
        return items.length === 0 ? this.ours('value.none', undefined, locale) : items.join(', ');
      }
      case 'number':
        return field.unit ? `${value} ${this.theirs(module, field.unit, locale)}` : String(value);
      default:
        return this.text(field, value, locale);
    }
  }

  /** The items of a list as a person reads them; undefined for what is none. */
  items(module: string, field: SettingsField, value: unknown, locale?: string): readonly string[] | undefined {
    if (field.type !== 'list' && field.type !== 'multiple-choice') return undefined;
    return (value as readonly string[]).map((item) => this.item(module, field, item, locale));
  }

  origin({ origin, place }: Pick<SettingSource, 'origin' | 'place'>, locale?: string): string {
    const from = this.ours(`origin.${origin}`, undefined, locale);
    return place ? this.ours('origin.at', { origin: from, place }, locale) : from;
  }

  /** What is said and does not count, strongest first, e.g. "Hello, from Instance Settings; Ahoy, by default". Undefined when nothing is. */
  losing(module: string, field: SettingsField, { sources }: ResolvedSetting, locale?: string): string | undefined {
    const losers = sources.filter(({ wins, value }) => !wins && !isMissing(value));
    const words = losers.map((source) => {
      const value = shortened(this.value(module, field, source.value, locale));
      return this.ours('origin.in-force', { value, origin: this.origin(source, locale) }, locale);
    });
    return words.length > 0 ? words.join('; ') : undefined;
  }

  /**
   * The value in force and where it comes from, e.g. "On, from Instance Settings".
   * @param whole false: of a list only how long it is, because its items stand beside it.
   */
  inForce(module: string, field: SettingsField, resolved: ResolvedSetting, locale?: string, whole = true): string {
    const items = whole ? undefined : this.items(module, field, resolved.value, locale);
    const value = items?.length
      ? this.ours('value.items', { count: items.length }, locale)
      : this.value(module, field, resolved.value, locale);
    const { lockedBy } = resolved;
    const winner = resolved.sources.find(({ wins }) => wins) ?? resolved;
    const origin = lockedBy ? this.ours('origin.locked', { place: lockedBy }, locale) : this.origin(winner, locale);
    return this.ours('origin.in-force', { value, origin }, locale);
  }

  private text(field: SettingsField, value: unknown, locale?: string): string {
    const text = textOf(field, value);
    return text === '' ? this.ours('value.empty', undefined, locale) : text;
  }

  private item(module: string, field: SettingsField, item: string, locale?: string): string {
    const label = field.type === 'multiple-choice' && field.options?.find(({ value }) => value === item)?.label;
    return label ? this.theirs(module, label, locale) : item;
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

const readable = 120;

function shortened(text: string): string {
  return text.length > readable ? `${text.slice(0, readable)}…` : text;
}

/** A secret that is not set. */
export function isMissing(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value as SecretState).isSet;
}

/** Puts changes of settings into the words of their forms, as long as the module of the form is there. */
@injectable()
export class SettingsAuditArea implements AuditArea {
  readonly area = auditArea;
  readonly label = 'audit.area';

  constructor(
    @inject(SettingsRegistry) private readonly registry: SettingsRegistry,
    @inject(SettingPresenter) private readonly presenter: SettingPresenter,
  ) {}

  describe({ subject, attribute }: AuditRecord, locale?: string): AuditDescription | undefined {
    const found = this.registry.contribution(subject);
    if (!found || attribute === undefined || !Object.hasOwn(found.value.fields, attribute)) return undefined;
    const { module, value } = found;
    const field = value.fields[attribute];
    if (!field) return undefined;
    const fieldModule = found.moduleOf(attribute);
    return {
      what: `${this.presenter.theirs(module, value.title, locale)}: ${this.presenter.theirs(fieldModule, field.label, locale)}`,
      value: (said) => (typeof said === 'string' ? undefined : this.presenter.value(fieldModule, field, said, locale)),
      items: (said) => (Array.isArray(said) ? this.presenter.items(fieldModule, field, said, locale) : undefined),
    };
  }
}
