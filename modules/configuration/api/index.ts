export * from './actions.js';
export * from './definition.js';
export * from './settings.js';
