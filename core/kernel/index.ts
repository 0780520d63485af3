export {
  countError,
  countUncaught,
  currentModule,
  moduleOf,
  onDidChangeWatchedFolders,
  runInModule,
  watchedFolders,
} from './attribution.js';
export type { FlagSource } from './criteria.js';
export { type DeclaredManifest, declaredManifest } from './declared-manifest.js';
export type { Decorating, Decorators } from './decorators.js';
export { type ModuleVersion, ownerOfFile } from './file-owner.js';
export { startIdleTimeout } from './idle-timeout.js';
export { Kernel } from './kernel.js';
export type { KernelOptions, KernelStats } from './kernel-options.js';
export type { LeftOut, LeftOutModules } from './left-out.js';
export { type ManifestProblem, parseManifest } from './manifest.js';
export { type InstalledModule, type ReadManifests, readManifests } from './manifest-reader.js';
export type { GateDecision, ModuleGate } from './module-gate.js';
export { moduleMeter } from './module-meter.js';
export type { Preparation } from './module-run.js';
export type { SwitchStore } from './module-switches.js';
export { type Resolution, type Resolvable, resolvable, resolve } from './resolver.js';
export { satisfiesRange } from './version.js';
