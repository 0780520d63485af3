import { type AccessContext, type ConditionalContributions, contributions, inject, injectable } from '@portico/core';
import { type SettingsNotice, type SettingsNoticeSource, SettingsNotices } from '../api/index.js';

/** What modules say about the settings of a scope. */
@injectable()
export class EntryNotices {
  constructor(@inject(contributions(SettingsNotices)) private readonly sources: ConditionalContributions<SettingsNoticeSource>) {}

  of(settings: string, access: AccessContext): readonly SettingsNotice[] {
    const about = this.sources.visible(access).filter(({ value }) => value.settings === settings);
    return this.sources.each((source) => source.notices(access), about).flat();
  }
}
