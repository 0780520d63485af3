export { bisectCommands } from './bisect-commands.js';
export { containErrors } from './contain-errors.js';
export { ModuleFaults } from './module-faults.js';
