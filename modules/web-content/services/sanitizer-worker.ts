import { parentPort } from 'node:worker_threads';
import { sanitize } from './sanitizer.js';

/** Runs beside the event loop: the parser is large to load and slow on long articles. */
parentPort?.on('message', ({ id, html }: { id: number; html: string }) => {
  parentPort?.postMessage({ id, clean: sanitize(html) });
});
