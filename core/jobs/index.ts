export { jobCommands } from './job-commands.js';
export { jobEntities, jobMigrations } from './job-row.js';
export { StoredJobs } from './stored-jobs.js';
