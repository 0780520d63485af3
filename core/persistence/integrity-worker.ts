import { parentPort, workerData } from 'node:worker_threads';
import Database from 'better-sqlite3';

/** Runs pragmas that read the whole database, away from the thread that answers requests. */
const { database, pragma } = workerData as { database: string; pragma: string };
const connection = new Database(database, { readonly: true, fileMustExist: true });
try {
  parentPort?.postMessage({ rows: connection.pragma(pragma) });
} catch (error) {
  // A database can be too damaged even for its check.
  parentPort?.postMessage({ problem: (error as Error).message });
} finally {
  connection.close();
}
