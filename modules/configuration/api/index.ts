export * from './definition.js';
export * from './settings.js';
