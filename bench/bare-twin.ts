import { createReadStream, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import Database from 'better-sqlite3';

/**
 * The least a server can do for the same answers: node:http and better-sqlite3, the same database, the same query, the same bytes. It knows no sessions,
 * permissions, templates or modules; what we lose against it is what those cost.
 */
interface Task {
  readonly database: string;
  readonly list: { readonly sql: string; readonly values: readonly string[]; readonly bytes: number };
  readonly download: { readonly sql: string; readonly values: readonly string[]; readonly file: string; readonly size: number };
}

const task = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8')) as Task;
const database = new Database(task.database, { readonly: true });
const list = database.prepare(task.list.sql);
const download = database.prepare(task.download.sql);

const server = createServer((request, answer) => {
  if (request.url === '/list') {
    const rows = JSON.stringify(list.all(...task.list.values));
    const body = rows.padEnd(task.list.bytes, ' ').slice(0, task.list.bytes);
    answer.writeHead(200, { 'content-type': 'text/html; charset=utf-8', 'content-length': Buffer.byteLength(body) });
    answer.end(body);
  } else if (request.url === '/download') {
    download.get(...task.download.values);
    answer.writeHead(200, { 'content-type': 'application/octet-stream', 'content-length': task.download.size });
    createReadStream(task.download.file).pipe(answer);
  } else {
    answer.writeHead(200).end('ok');
  }
});
server.listen(0, '127.0.0.1', () =>
  console.log(`The bare twin is ready at http://127.0.0.1:${(server.address() as AddressInfo).port}`),
);
process.on('SIGTERM', () => process.exit(0));
