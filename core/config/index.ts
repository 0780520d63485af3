export { type LoadedConfig, type LoadOptions, loadConfig } from './load.js';
export { deploymentMode } from './mode.js';
