import {
  inject,
  injectable,
  type Person,
  type PersonalDataSource,
  type PersonalPage,
  type Reader,
  type SiteContent,
  type Transaction,
} from '@portico/core';
import { SettingsImport, StoredSetting } from '../entities/index.js';
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

const nothing = { records: [] };

/**
 * Settings and imports say by name who saved them; the export has the same as entries of the audit log. When the person is deleted, the name goes. Somebody
 * else of that name is not named there any more either: rather that than a name that stays.
 */
@injectable()
export class PersonalSettings implements PersonalDataSource {
  readonly key = 'settings';
  readonly label = 'site.settings';

  constructor(@inject(StoredSettings) private readonly stored: StoredSettings) {}

  async count(): Promise<number> {
    return 0;
  }

  async page(): Promise<PersonalPage> {
    return nothing;
  }

  /** They were saved by whom they were saved by. */
  async merge(): Promise<void> {}

  async forget(transaction: Transaction, person: Person): Promise<void> {
    const imports = transaction.repository(SettingsImport);
    for (const importedBy of [person.name, person.email]) await imports.update({ importedBy }, { importedBy: '' });
    await this.stored.forgetPerson(transaction, person);
  }
}
