export { packageCommands } from './commands.js';
export type { ModuleData } from './live-packages.js';
export { type OpenPackages, openPackages } from './open-packages.js';
export { PackageManager } from './package-manager.js';
export { PackageRecords, packageEntities, packageMigrations } from './package-records.js';
export { trustedKey } from './package-signature.js';
export { PortalPlanner } from './portal-plan.js';
