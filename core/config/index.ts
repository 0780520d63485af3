export { moduleVariables } from './environment.js';
export { type LoadedConfig, type LoadOptions, loadConfig, namedPorts } from './load.js';
export { deploymentMode } from './mode.js';
