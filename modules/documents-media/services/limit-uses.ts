import type { SettingsUse } from '@portico/configuration/api';
import { type AccessContext, inject, injectable, Messages, SiteDirectory, UnitOfWork } from '@portico/core';
import { LimitSettings, limitSettings } from './limit-settings.js';
import { sizeText, usedBytes } from './site-storage.js';
import { UploadCeilings } from './upload-ceilings.js';

/** Of a site what it uses of its limit; of the instance what all use, and the site that uses most. */
@injectable()
export class StorageUse implements SettingsUse {
  readonly settings = limitSettings.id;
  readonly field = 'storageQuota';

  constructor(
    @inject(UnitOfWork) private readonly unitOfWork: UnitOfWork,
    @inject(LimitSettings) private readonly limits: LimitSettings,
    @inject(SiteDirectory) private readonly sites: SiteDirectory,
    @inject(Messages) private readonly messages: Messages,
  ) {}

  use({ site, locale }: AccessContext): Promise<string> {
    return site ? this.ofSite(site.id, locale) : this.ofAll(locale);
  }

  private async ofSite(siteId: string, locale: string): Promise<string> {
    const used = sizeText(await this.unitOfWork.read((reader) => usedBytes(reader, siteId)));
    const limit = this.limits.storageQuota(siteId);
    if (limit === Number.POSITIVE_INFINITY) return this.messages.text('storage.used', { used }, locale);
    return this.messages.text('storage.used-of', { used, limit: sizeText(limit) }, locale);
  }

  private async ofAll(locale: string): Promise<string> {
    const [all, [most]] = await this.unitOfWork.read(
      async (reader) =>
        [
          await reader.query<{ bytes: number | string | null }>('SELECT SUM(bytes) AS bytes FROM documents_media_site_storage'),
          await reader.query<{ siteId: string; bytes: number | string }>(
            'SELECT site_id AS "siteId", bytes FROM documents_media_site_storage ORDER BY bytes DESC LIMIT 1',
          ),
        ] as const,
    );
    const used = sizeText(Number(all[0]?.bytes ?? 0));
    if (!most) return this.messages.text('storage.used-by-all', { used }, locale);
    const values = { used, site: this.sites.byId(most.siteId)?.name ?? most.siteId, most: sizeText(Number(most.bytes)) };
    return this.messages.text('storage.used-by-most', values, locale);
  }
}

/** Files that are being sent now. */
@injectable()
export class UploadsAtOnceUse implements SettingsUse {
  readonly settings = limitSettings.id;
  readonly field = 'uploadsAtOncePerPerson';

  constructor(
    @inject(UploadCeilings) private readonly ceilings: UploadCeilings,
    @inject(Messages) private readonly messages: Messages,
  ) {}

  use({ locale }: AccessContext): string {
    const { files, mostFiles } = this.ceilings.use();
    return this.messages.text('uploads.now', { files, most: mostFiles }, locale);
  }
}

/** Files that were sent within the last hour. */
@injectable()
export class UploadFilesUse implements SettingsUse {
  readonly settings = limitSettings.id;
  readonly field = 'uploadFilesPerPersonAndHour';

  constructor(
    @inject(UploadCeilings) private readonly ceilings: UploadCeilings,
    @inject(Messages) private readonly messages: Messages,
  ) {}

  use({ locale }: AccessContext): string {
    const { kept, mostKept } = this.ceilings.use();
    return this.messages.text('uploads.files-within-hour', { files: kept, most: mostKept }, locale);
  }
}

/** What was sent within the last hour. */
@injectable()
export class UploadBytesUse implements SettingsUse {
  readonly settings = limitSettings.id;
  readonly field = 'uploadBytesPerPersonAndHour';

  constructor(
    @inject(UploadCeilings) private readonly ceilings: UploadCeilings,
    @inject(Messages) private readonly messages: Messages,
  ) {}

  use({ locale }: AccessContext): string {
    const { bytes, mostBytes } = this.ceilings.use();
    return this.messages.text('uploads.within-hour', { bytes: sizeText(bytes), most: sizeText(mostBytes) }, locale);
  }
}
