import { type AccessContext, type ConditionalPoint, extensionPoint } from '@portico/core';

/** One sentence above a form of settings, in the words of its module and the language of the person. */
export interface SettingsNotice {
  readonly kind: 'info' | 'warning' | 'danger';
  readonly text: string;
}

/**
 * What administrators must know about what they set, beyond what a field can say: that a choice will not work for long, say. Asked each time
 * a form of settings, or the list of them, is shown: a memory read. The list counts the notices beside the entry.
 */
export interface SettingsNoticeSource {
  /** Id of the definition. */
  readonly settings: string;
  /** For the scope of the form. */
  notices(access: AccessContext): readonly SettingsNotice[];
}
export const SettingsNotices: ConditionalPoint<SettingsNoticeSource> = extensionPoint('configuration.settings-notices', {
  requires: { settings: 'text', notices: 'function' },
  conditional: true,
});
