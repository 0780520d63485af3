import 'reflect-metadata';
import type { AddressInfo } from 'node:net';
import Koa from 'koa';
import { DataSource, EntitySchema } from 'typeorm';

/** The start of a server that has koa and TypeORM and nothing to do: what everybody with these two libraries pays. */
const note = new EntitySchema<{ id: string; name: string }>({
  name: 'bare_note',
  columns: { id: { type: 'text', primary: true }, name: { type: 'text' } },
});
const source = new DataSource({
  type: 'better-sqlite3',
  database: process.argv[2] ?? ':memory:',
  entities: [note],
  synchronize: true,
});
await source.initialize();
const app = new Koa();
app.use(async (ctx) => {
  ctx.body = await source.getRepository(note).find({ take: 20 });
});
const server = app.listen(0, '127.0.0.1', () =>
  console.log(`The bare server is ready at http://127.0.0.1:${(server.address() as AddressInfo).port}`),
);
process.on('SIGTERM', () => process.exit(0));
