import {
  type AuditEntry,
  type AuditLog,
  type Clock,
  In,
  type MigrationInterface,
  type QueryRunner,
  type UnitOfWork,
} from '../api/index.js';
import { Column, Entity, PrimaryColumn } from '../libraries/typeorm.js';

/** A module that an operator keeps off, over restarts too. */
@Entity('portico_disabled_module')
export class DisabledModuleRow {
  @PrimaryColumn('text')
  id!: string;

  /** ISO 8601. */
  @Column('text', { name: 'disabled_at' })
  disabledAt!: string;
}

class CreateDisabledModules implements MigrationInterface {
  readonly name = 'create-disabled-modules';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(
      'CREATE TABLE portico_disabled_module (id TEXT PRIMARY KEY NOT NULL, disabled_at TEXT NOT NULL) WITHOUT ROWID',
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE portico_disabled_module');
  }
}

export const disabledModuleMigrations = [CreateDisabledModules] as const;

/** Remembers in the database which modules are kept off. */
export class DisabledModules {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly clock: Clock,
    private readonly audit: AuditLog,
  ) {}

  async load(): Promise<readonly string[]> {
    const rows = await this.unitOfWork.read((reader) => reader.repository(DisabledModuleRow).find());
    return rows.map(({ id }) => id);
  }

  async save(ids: readonly string[]): Promise<void> {
    await this.unitOfWork.write(async (transaction) => {
      const rows = transaction.repository(DisabledModuleRow);
      const kept = await rows.find();
      const gone = kept.map(({ id }) => id).filter((id) => !ids.includes(id));
      if (gone.length > 0) await rows.delete({ id: In(gone) });
      const known = new Set(kept.map(({ id }) => id));
      const disabledAt = this.clock.now().toISOString();
      const added = ids.filter((id) => !known.has(id));
      await rows.save(added.map((id) => ({ id, disabledAt })));
      for (const id of added) await this.audit.record(transaction, switched(id, true));
      for (const id of gone) await this.audit.record(transaction, switched(id, false));
    });
  }
}

/** `+id` stands for a module that is on although it would be off by itself. */
function switched(entry: string, isAdded: boolean): AuditEntry {
  const isOn = entry.startsWith('+') === isAdded;
  return { area: 'modules', subject: entry.replace(/^\+/, ''), scope: 'instance', action: isOn ? 'enabled' : 'disabled' };
}
