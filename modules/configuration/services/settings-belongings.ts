import {
  inject,
  injectable,
  type ModuleBelongings,
  type Reader,
  type RemovedModule,
  type Transaction,
  tokenId,
} from '@portico/core';
import { SettingsDefinitions } from '../api/index.js';
import { StoredSetting } from '../entities/index.js';
import { StoredSettings } from './stored-settings.js';

/** What is stored of the settings of a module that is removed, secrets too. */
@injectable()
export class SettingsBelongings implements ModuleBelongings {
  readonly kind = 'settings';

  constructor(@inject(StoredSettings) private readonly stored: StoredSettings) {}

  async namesOf(reader: Reader, module: RemovedModule): Promise<readonly string[]> {
    const rows = await this.rowsOf(reader, module);
    const names = rows.map(({ definitionId, field, kind }) => `${definitionId}.${field}${kind === 'secret' ? ' (secret)' : ''}`);
    return [...new Set(names)].sort();
  }

  async erase(transaction: Transaction, module: RemovedModule): Promise<void> {
    const rows = await this.rowsOf(transaction, module);
    await this.stored.erase(transaction, [
      ...new Set([...definitionsOf(module), ...rows.map(({ definitionId }) => definitionId)]),
    ]);
  }

  private async rowsOf(reader: Pick<Reader, 'repository'>, module: RemovedModule): Promise<readonly StoredSetting[]> {
    const declared = definitionsOf(module);
    const rows = await reader.repository(StoredSetting).find();
    return rows.filter(({ definitionId: id }) => declared.includes(id) || id === module.id || id.startsWith(`${module.id}.`));
  }
}

const definitionsOf = (module: RemovedModule): readonly string[] => module.contributed(tokenId(SettingsDefinitions));
