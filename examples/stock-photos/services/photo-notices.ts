import type { SettingsNotice, SettingsNoticeSource } from '@portico/configuration/api';
import { type AccessContext, inject, injectable, Messages } from '@portico/core';
import { photoSettings } from '../settings.js';
import { PhotoFolder } from './photo-folder.js';

/** Above the settings: why there are no pictures, or not all of them. */
@injectable()
export class PhotoNotices implements SettingsNoticeSource {
  readonly settings = photoSettings.id;

  constructor(
    @inject(PhotoFolder) private readonly folder: PhotoFolder,
    @inject(Messages) private readonly messages: Messages,
  ) {}

  notices(access: AccessContext): readonly SettingsNotice[] {
    return this.folder.problems(access).map(({ key, path }) => ({
      kind: 'warning',
      text: this.messages.text(`problem.${key}`, { path }, access.locale),
    }));
  }
}
