import { createReadStream, createWriteStream, mkdirSync, readFileSync } from 'node:fs';
import { open, rename } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { Busboy } from '@fastify/busboy';
import Database, { type Statement } from 'better-sqlite3';
import Koa from 'koa';
import type { BaselineTask, BaselineTasks } from './baseline-task.js';

/**
 * The least a server can do for the same answers: koa and better-sqlite3, the same database, the same queries, the same bytes. It
 * knows no sessions, permissions, templates or modules; what we lose against it is what those cost.
 */
const tasks = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8')) as BaselineTasks;
const database = new Database(tasks.database, { readonly: true });

mkdirSync(tasks.home, { recursive: true });
const own = new Database(join(tasks.home, 'baseline.db'));
own.pragma('journal_mode = WAL');
own.pragma('synchronous = FULL');
own.exec('CREATE TABLE IF NOT EXISTS stored (id TEXT PRIMARY KEY, name TEXT, size INTEGER)');
const insert = own.prepare('INSERT INTO stored VALUES (?, ?, ?)');

interface Page {
  readonly task: BaselineTask;
  readonly statements: readonly { readonly statement: Statement; readonly values: readonly (string | number)[] }[];
}

const pages = new Map<string, Page>(
  tasks.pages.map((task) => [
    task.path,
    { task, statements: task.queries.map(({ sql, values }) => ({ statement: database.prepare(sql), values })) },
  ]),
);

const app = new Koa();
// Whoever measures leaves in the middle of answers.
app.silent = true;
app.use(async (ctx) => {
  if (ctx.method === 'POST') {
    ctx.body = { stored: await store(ctx.req) };
    ctx.status = 201;
    return;
  }
  const page = pages.get(ctx.path);
  if (!page) {
    ctx.body = 'ok';
    return;
  }
  const { task, statements } = page;
  const rows = statements.map(({ statement, values }) => statement.all(...values));
  ctx.status = task.status;
  if (task.bytes === 0) return;
  ctx.type = task.type;
  ctx.length = task.bytes;
  const { file, start = 0, bytes } = task;
  ctx.body = file
    ? createReadStream(file, { start, end: start + bytes - 1 })
    : JSON.stringify(rows).padEnd(bytes, ' ').slice(0, bytes);
  ctx.length = bytes;
});

/** As durable as ours: file, folder, row. */
function store(request: IncomingMessage): Promise<string> {
  return new Promise((resolve, reject) => {
    const parser = new Busboy({ headers: request.headers as { 'content-type': string } });
    parser.on('file', (_field, stream, name) => {
      const id = crypto.randomUUID();
      const staged = join(tasks.home, `${id}.part`);
      pipeline(stream, createWriteStream(staged, { flush: true }))
        .then(() => rename(staged, join(tasks.home, id)))
        .then(() => syncFolder(tasks.home))
        .then(() => insert.run(id, name, 0))
        .then(() => resolve(id), reject);
    });
    request.pipe(parser);
  });
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  await handle.sync();
  await handle.close();
}

const server = app.listen(0, '127.0.0.1', () =>
  console.log(`The bare baseline is ready at http://127.0.0.1:${(server.address() as AddressInfo).port}`),
);
process.on('SIGTERM', () => process.exit(0));
