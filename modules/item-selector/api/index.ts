export * from './criterion.js';
export * from './views.js';
