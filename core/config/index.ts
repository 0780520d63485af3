export { type LoadedConfig, type LoadOptions, loadConfig } from './load.js';
