export { checkDatabaseFiles, explainStart, setDamagedLogAside } from './database-file.js';
export { coreEntities } from './entities.js';
export { lockHome } from './home-lock.js';
export { describeMigration, type MigrationClass } from './migration-statements.js';
export type { ModuleTables } from './module-tables.js';
export { openPersistence, type Persistence, type PersistenceOptions } from './open-persistence.js';
export type { StorageState } from './storage-health.js';
export type { SweepReport } from './sweeper.js';
