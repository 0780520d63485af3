export { every } from './timers.js';
