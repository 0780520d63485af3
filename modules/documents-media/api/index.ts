export * from './actions.js';
export * from './documents.js';
export * from './metadata.js';
export * from './new-menu.js';
