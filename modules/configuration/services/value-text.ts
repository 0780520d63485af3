import type { SettingsField, SettingValue } from '../api/index.js';
import { writeDuration, writeSize } from './units.js';

/** A value as a form shows it and `readValue` reads it back; lists are one item to a line. */
export function textOf(field: SettingsField, value: unknown): string {
  if (Array.isArray(value)) return value.join('\n');
  if (typeof value === 'boolean') return value ? 'on' : 'off';
  if (typeof value === 'number' && field.type === 'duration') return writeDuration(value);
  if (typeof value === 'number' && field.type === 'size') return writeSize(value);
  return String(value);
}

/** Whether two values of a field say the same. */
export function sameValue(one: SettingValue | undefined, other: SettingValue | undefined): boolean {
  if (!Array.isArray(one) || !Array.isArray(other)) return one === other;
  return one.length === other.length && one.every((item, index) => item === other[index]);
}
