import { createReadStream, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import Database, { type Statement } from 'better-sqlite3';
import type { TwinTask } from './twin-task.js';

/**
 * The least a server can do for the same answers: node:http and better-sqlite3, the same database, the same queries, the same bytes. It
 * knows no sessions, permissions, templates or modules; what we lose against it is what those cost.
 */
const tasks = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8')) as { database: string; pages: readonly TwinTask[] };
const database = new Database(tasks.database, { readonly: true });

interface Page {
  readonly task: TwinTask;
  readonly statements: readonly { readonly statement: Statement; readonly values: readonly (string | number)[] }[];
}

const pages = new Map<string, Page>(
  tasks.pages.map((task) => [
    task.path,
    { task, statements: task.queries.map(({ sql, values }) => ({ statement: database.prepare(sql), values })) },
  ]),
);

const server = createServer((request, answer) => {
  const page = pages.get(request.url ?? '');
  if (!page) {
    answer.writeHead(200).end('ok');
    return;
  }
  const { task, statements } = page;
  const rows = statements.map(({ statement, values }) => statement.all(...values));
  answer.writeHead(200, { 'content-type': task.type, 'content-length': task.bytes });
  if (task.file) createReadStream(task.file).pipe(answer);
  else answer.end(JSON.stringify(rows).padEnd(task.bytes, ' ').slice(0, task.bytes));
});
server.listen(0, '127.0.0.1', () =>
  console.log(`The bare twin is ready at http://127.0.0.1:${(server.address() as AddressInfo).port}`),
);
process.on('SIGTERM', () => process.exit(0));
