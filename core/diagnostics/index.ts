export { CheckedDeployment, deploymentChecks } from './deployment.js';
export { doctorCommand } from './doctor.js';
export { type LogOptions, Logs } from './log.js';
export { moduleCommands } from './module-commands.js';
export { SystemClock } from './system-clock.js';
export { UuidIds } from './uuid-ids.js';
