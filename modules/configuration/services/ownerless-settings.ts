import { type IntegrityCheck, type IntegrityFinding, inject, injectable, Modules, UnitOfWork } from '@portico/core';
import { ownerByName } from '@portico/core/util';
import { SettingsCatalog } from './settings-catalog.js';

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
