import { parentPort, workerData } from 'node:worker_threads';
import Database from 'better-sqlite3';

/** Runs pragmas that read the whole database, away from the thread that answers requests. */
const { database, pragma } = workerData as { database: string; pragma: string };
const connection = new Database(database, { readonly: true, fileMustExist: true });
parentPort?.postMessage(connection.pragma(pragma));
connection.close();
