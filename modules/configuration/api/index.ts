export * from './actions.js';
export * from './additions.js';
export * from './choices.js';
export * from './definition.js';
export type { ConfigurationErrorCode } from './error-codes.js';
export * from './navigation.js';
export * from './notices.js';
export * from './settings.js';
export * from './uses.js';
