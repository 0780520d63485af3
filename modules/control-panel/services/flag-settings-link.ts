import type { SettingsLink } from '@portico/configuration/api';
import { inject, injectable } from '@portico/core';
import { FlagNotices } from './flag-notices.js';

/** The Feature Flags screen among the Instance Settings, with the number of overdue reviews. */
@injectable()
export class FlagSettingsLink implements SettingsLink {
  readonly id = 'feature-flags';
  readonly section = 'platform';
  readonly title = 'flags.title';
  readonly description = 'flags.description';
  readonly href = '/configuration/feature-flags';

  constructor(@inject(FlagNotices) private readonly flagNotices: FlagNotices) {}

  notices(): number {
    return this.flagNotices.overdue().length;
  }
}
