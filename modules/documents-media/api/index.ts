export * from './documents.js';
export * from './new-menu.js';
