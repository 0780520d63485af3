import { inject, injectable, type Reader, type SiteContent, type Transaction } from '@portico/core';
import { StoredSetting } from '../entities/index.js';
import { StoredSettings } from './stored-settings.js';

/** What a site says of settings, as it is erased. */
@injectable()
export class SiteSettings implements SiteContent {
  readonly label = 'site.settings';

  constructor(@inject(StoredSettings) private readonly stored: StoredSettings) {}

  count(reader: Reader, siteId: string): Promise<number> {
    return reader.repository(StoredSetting).countBy({ scope: siteId });
  }

  /** They are few: all at once. */
  erase(transaction: Transaction, siteId: string): Promise<number> {
    return this.stored.eraseScope(transaction, siteId);
  }
}
