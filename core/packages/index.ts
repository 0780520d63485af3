export { packageCommands } from './commands.js';
export { DeployFolder } from './deploy-folder.js';
export { StagedPackages } from './incoming-packages.js';
export type { ModuleData } from './live-packages.js';
export { type OpenPackages, openPackages } from './open-packages.js';
export { PackageManager } from './package-manager.js';
export { StartedOperations } from './package-operations.js';
export { PackageRecords, packageEntities, packageMigrations } from './package-records.js';
export { trustedKey } from './package-signature.js';
