import { parentPort } from 'node:worker_threads';
import { sanitize } from './sanitizer.js';

/** Runs beside the event loop, one text after the other: the parser is large to load and slow on long articles. */
// Loading takes a while: whoever waits counts the time of a text from here.
parentPort?.postMessage('ready');
parentPort?.on('message', (html: string) => {
  parentPort?.postMessage(sanitize(html));
});
