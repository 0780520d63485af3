import type {
  Clock,
  MigrationInterface,
  ModuleManifest,
  PackageSignature,
  QueryRunner,
  Transaction,
  UnitOfWork,
  WriteRepository,
} from '../api/index.js';
import { Column, Entity, PrimaryColumn } from '../libraries/typeorm.js';
import type { Declared } from './declarations.js';
import type { FileDigests } from './package-contents.js';

/** A version of a module that is installed, or was before the last update and is kept to go back to, or was removed and left data. */
@Entity('portico_module_package')
class ModulePackageRow {
  /** Id of the module. */
  @PrimaryColumn('text')
  id!: string;

  /** SHA-256 over all files, lower-case hex. */
  @PrimaryColumn('text')
  digest!: string;

  /** Version of the package. */
  @Column('text')
  version!: string;

  /** Name of the package, e.g. `@acme/scanner`. */
  @Column('text', { name: 'package_name' })
  packageName!: string;

  /** 0 for the version that runs, 1 for the one before it, 2 for one that was removed and whose data was kept. */
  @Column('integer')
  age!: number;

  /** Time of the installation, in ISO 8601. */
  @Column('text', { name: 'installed_at' })
  installedAt!: string;

  /** Where it came from, as people read it. */
  @Column('text')
  source!: string;

  /** `PackageFacts` as JSON. */
  @Column('text')
  facts!: string;
}

/** What is kept of a package besides its files. */
export interface PackageFacts {
  readonly manifest: ModuleManifest;
  /** What it calls its module, by locale; packages that were installed by an earlier portal have none here. */
  readonly names?: Readonly<Record<string, string>>;
  readonly description: string;
  readonly digests: FileDigests;
  readonly bytes: number;
  readonly signature: PackageSignature;
  /** Names of packages of other modules that its code imports. */
  readonly imports: readonly string[];
  readonly declared: Declared;
}

export interface PackageRecord extends Omit<ModulePackageRow, 'facts'> {
  readonly facts: PackageFacts;
}

class CreateModulePackages implements MigrationInterface {
  readonly name = 'create-module-packages';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(
      `CREATE TABLE portico_module_package (
         id TEXT NOT NULL, digest TEXT NOT NULL, version TEXT NOT NULL, package_name TEXT NOT NULL, age INTEGER NOT NULL,
         installed_at TEXT NOT NULL, source TEXT NOT NULL, facts TEXT NOT NULL, PRIMARY KEY (id, digest)
       )`,
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE portico_module_package');
  }
}

const removedAge = 2;

export const packageEntities = [ModulePackageRow] as const;
export const packageMigrations = [CreateModulePackages] as const;

/**
 * Which versions of which modules are installed. A folder with code counts when its row is here: one transaction with these rows and the audit
 * entry decides every installation, update, rollback and removal.
 */
export class PackageRecords {
  /** As of the last commit. Facts hold a digest of every file, and pages ask for some of them each time. */
  private known: Promise<readonly PackageRecord[]> | undefined;

  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly clock: Clock,
  ) {}

  /** The versions that run, and the ones before them. */
  async all(): Promise<readonly PackageRecord[]> {
    return (await this.rows()).filter(({ age }) => age !== removedAge);
  }

  /** Those that were removed and whose data was kept. Their code is gone. */
  async removed(): Promise<readonly PackageRecord[]> {
    return (await this.rows()).filter(({ age }) => age === removedAge);
  }

  private rows(): Promise<readonly PackageRecord[]> {
    this.known ??= this.read();
    return this.known;
  }

  /** Makes a version the one that runs; the one that ran is kept as the former one, and what was kept before it is forgotten. */
  async put(transaction: Transaction, record: Omit<PackageRecord, 'age' | 'installedAt'>): Promise<void> {
    const rows = this.rowsIn(transaction);
    const known = await rows.findBy({ id: record.id });
    for (const { digest, age } of known) {
      if (digest === record.digest || age > 0) await rows.delete({ id: record.id, digest });
      else await rows.update({ id: record.id, digest }, { age: 1 });
    }
    const { facts, ...columns } = record;
    await rows.insert({ ...columns, age: 0, installedAt: this.clock.now().toISOString(), facts: JSON.stringify(facts) });
  }

  /** Goes back to the former version; the one that ran is forgotten. */
  async putBack(transaction: Transaction, { id, digest }: PackageRecord): Promise<void> {
    const rows = this.rowsIn(transaction);
    await rows.delete({ id, age: 0 });
    await rows.update({ id, digest }, { age: 0 });
  }

  /** @param keepsData whether what it declared is remembered, so that its data can be taken away later. */
  async remove(transaction: Transaction, { id, digest }: PackageRecord, keepsData: boolean): Promise<void> {
    const rows = this.rowsIn(transaction);
    if (!keepsData) return void (await rows.delete({ id }));
    for (const known of await rows.findBy({ id })) if (known.digest !== digest) await rows.delete({ id, digest: known.digest });
    await rows.update({ id, digest }, { age: removedAge });
  }

  /** For changes: what is kept in memory is read again after the commit. */
  private rowsIn(transaction: Transaction): WriteRepository<ModulePackageRow> {
    transaction.afterCommit(() => {
      this.known = undefined;
    });
    return transaction.repository(ModulePackageRow);
  }

  private read(): Promise<readonly PackageRecord[]> {
    const reading = this.unitOfWork.read(async (reader) => {
      const rows = await reader.repository(ModulePackageRow).find({ order: { id: 'ASC', age: 'ASC' } });
      return rows.map(({ facts, ...columns }) => ({ ...columns, facts: JSON.parse(facts) as PackageFacts }));
    });
    reading.catch(() => {
      if (this.known === reading) this.known = undefined;
    });
    return reading;
  }
}
