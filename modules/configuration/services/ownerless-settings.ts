import {
  type IntegrityCheck,
  type IntegrityFinding,
  inject,
  injectable,
  type ModuleBelongings,
  Modules,
  type Reader,
  type RemovedModule,
  type Transaction,
  tokenId,
  UnitOfWork,
} from '@portico/core';
import { ownerByName } from '@portico/core/util';
import { SettingsAdditions, SettingsDefinitions } from '../api/index.js';
import { SettingsRevision, StoredSetting } from '../entities/index.js';
import { SettingsCatalog } from './settings-catalog.js';
import { StoredSettings } from './stored-settings.js';

interface StoredField {
  readonly page: string;
  readonly field: string;
  readonly count: number;
}

/** Names the values that modules left behind. They are kept: a module that comes back finds them. */
@injectable()
export class OwnerlessSettings implements IntegrityCheck {
  readonly title = 'Every stored setting belongs to a module that is installed.';

  constructor(
    @inject(SettingsCatalog) private readonly catalog: SettingsCatalog,
    @inject(UnitOfWork) private readonly unitOfWork: UnitOfWork,
    @inject(Modules) private readonly modules: Modules,
  ) {}

  async run(): Promise<readonly IntegrityFinding[]> {
    const stored = await this.unitOfWork.read((reader) =>
      reader.query<StoredField>(
        `SELECT definition_id AS page, field, count(*) AS count FROM configuration_setting
         GROUP BY definition_id, field ORDER BY definition_id, field`,
      ),
    );
    const off = this.modules.list().filter(({ state }) => state !== 'active');
    const unless =
      off.length === 0 ? '' : `, unless it is one of those that are not active (${off.map(({ id }) => id).join(', ')})`;
    return stored
      .filter(({ page, field }) => !this.isKnown(page, field))
      .map(({ page, field, count }) => ({
        severity: 'warning',
        message:
          `The setting ${page}.${field} is stored ${count === 1 ? 'once' : `${count} times`} and belongs to no module that is installed${unless}. ` +
          'It is kept for when its module comes back, and nobody reads it until then.',
      }));
  }

  /** What a module that is installed and does not run may have declared is not called ownerless. */
  private isKnown(page: string, field: string): boolean {
    const entry = this.catalog.find(page);
    if (entry) return Object.hasOwn(entry.value.fields, field);
    const owner = ownerByName(this.modules, page);
    return owner !== undefined && this.modules.status(owner)?.state !== 'active';
  }
}

/** What is stored of the settings of a module that is removed, secrets too: of its own pages, and of the fields it brings to those of others. */
@injectable()
export class SettingsBelongings implements ModuleBelongings {
  readonly kind = 'settings';

  constructor(
    @inject(StoredSettings) private readonly stored: StoredSettings,
    @inject(SettingsCatalog) private readonly catalog: SettingsCatalog,
  ) {}

  async namesOf(reader: Reader, module: RemovedModule): Promise<readonly string[]> {
    const { own, added } = await this.rowsOf(reader, module);
    const names = [...own, ...added].map(
      ({ definitionId, field, kind }) => `${definitionId}.${field}${kind === 'secret' ? ' (secret)' : ''}`,
    );
    return [...new Set(names)].sort();
  }

  async erase(transaction: Transaction, module: RemovedModule): Promise<void> {
    const { own, added } = await this.rowsOf(transaction, module);
    const ids = [...new Set([...definitionsOf(module), ...own.map(({ definitionId }) => definitionId)])];
    for (const definitionId of ids) {
      await transaction.repository(StoredSetting).delete({ definitionId });
      await transaction.repository(SettingsRevision).delete({ definitionId });
    }
    for (const { scope, definitionId, field } of added)
      await transaction.repository(StoredSetting).delete({ scope, definitionId, field });
    transaction.afterCommit(() => this.stored.forget(ids, added));
  }

  private async rowsOf(reader: Pick<Reader, 'repository'>, module: RemovedModule): Promise<StoredRows> {
    const definitions = definitionsOf(module);
    const additions = module.contributed(tokenId(SettingsAdditions));
    const rows = await reader.repository(StoredSetting).find();
    const isOwn = ({ definitionId: id }: StoredSetting): boolean =>
      definitions.includes(id) || id === module.id || id.startsWith(`${module.id}.`);
    const isAdded = ({ definitionId: id, field }: StoredSetting): boolean =>
      additions.includes(`${id}.${field}`) && this.ownerOf(id, field, module) === module.id;
    return { own: rows.filter(isOwn), added: rows.filter((row) => !isOwn(row) && isAdded(row)) };
  }

  /** A field that was left out, because its page or an earlier module has one of that name, is the other one's. */
  private ownerOf(page: string, field: string, { id }: RemovedModule): string {
    const entry = this.catalog.find(page);
    return entry && Object.hasOwn(entry.value.fields, field) ? entry.moduleOf(field) : id;
  }
}

interface StoredRows {
  /** Of pages that go with the module. */
  readonly own: readonly StoredSetting[];
  /** Of pages that stay. */
  readonly added: readonly StoredSetting[];
}

const definitionsOf = (module: RemovedModule): readonly string[] => module.contributed(tokenId(SettingsDefinitions));
