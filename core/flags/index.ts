export { JsonTextError, readJsonText } from '../util/index.js';
export { flagCommands } from './commands.js';
export { flagVariable } from './flag-environment.js';
export { FlagOverride, flagEntities, flagMigrations } from './flag-override.js';
export { type FlagsOptions, type OpenFlags, openFlags } from './open-flags.js';
export type { DeclaredFlag } from './resolve-flags.js';
