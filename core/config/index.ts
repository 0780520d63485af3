export { moduleVariables, unknownVariables } from './environment.js';
export { deploymentMode, type LoadedConfig, type LoadOptions, loadConfig, namedPorts } from './load.js';
