export { currentModule, moduleOf, runInModule } from './attribution.js';
export type { FlagSource } from './criteria.js';
export { Kernel, type KernelOptions, type KernelStats } from './kernel.js';
export { type ManifestProblem, manifestSchema, parseManifest } from './manifest.js';
export { type InstalledModule, type ReadManifests, readManifests } from './manifest-reader.js';
export type { GateDecision } from './module-gate.js';
export type { Preparation } from './module-run.js';
export type { SwitchStore } from './module-switches.js';
export { type Resolution, type Resolvable, resolve } from './resolver.js';
