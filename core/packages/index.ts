export { packageCommands } from './commands.js';
export { type ModuleData, providedByPortal } from './live-packages.js';
export { type OpenPackages, openPackages } from './open-packages.js';
export { inspectPackage } from './package-inspector.js';
export { PackageManager } from './package-manager.js';
export { peerProblems } from './package-planner.js';
export { PackageRecords, packageEntities, packageMigrations } from './package-records.js';
export { trustedKey } from './package-signature.js';
export { PortalPlanner } from './portal-plan.js';
