import { open, readFile, rename, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import Koa from 'koa';
import sharp from 'sharp';

/** The least that can be done for a list of documents as a page, and for a picture that is scaled when it is first wanted. */
const [databasePath = '', home = ''] = process.argv.slice(2);
const database = new Database(databasePath, { readonly: true });
const newest = database.prepare(
  'SELECT id, name, mime_type AS type, size FROM documents_media_document ORDER BY id DESC LIMIT 20',
);
const css =
  'body { font: 16px sans-serif; margin: 2rem } li { display: inline-block; width: 14rem; padding: 1rem; border: 1px solid #ccc }';

const own = new Database(join(home, 'bare-site.db'));
own.pragma('journal_mode = WAL');
own.pragma('synchronous = FULL');
own.exec('CREATE TABLE IF NOT EXISTS thumbnail (id TEXT PRIMARY KEY, size INTEGER)');
const insert = own.prepare('INSERT INTO thumbnail VALUES (?, ?)');

const app = new Koa();
app.silent = true;
app.use(async (ctx) => {
  if (ctx.path === '/thumbnail') {
    ctx.type = 'image/webp';
    ctx.body = await thumbnail(String(ctx.query.file));
  } else if (ctx.path === '/page.css') {
    ctx.set('Cache-Control', 'public, max-age=31536000, immutable');
    ctx.type = 'css';
    ctx.body = css;
  } else {
    const rows = newest.all() as { id: string; name: string; type: string; size: number }[];
    const items = rows.map(({ id, name, type, size }) => `<li><a href="/${id}">${name}</a><p>${type}, ${size} bytes</p></li>`);
    ctx.type = 'html';
    ctx.body = `<!DOCTYPE html><html lang="en"><head><title>Documents</title><link rel="icon" href="data:,"><link rel="stylesheet" href="/page.css"></head><body><h1>Documents</h1><ul>${items.join('')}</ul></body></html>`;
  }
});

/** Scaled as ours is, and kept as durably: file, folder, row. */
async function thumbnail(file: string): Promise<Buffer> {
  const image = sharp(file, { failOn: 'error', sequentialRead: true });
  const bytes = await image
    .autoOrient()
    .resize({ width: 512, fit: 'inside', withoutEnlargement: true })
    .webp({ quality: 80 })
    .toBuffer();
  const id = crypto.randomUUID();
  const staged = join(home, `${id}.part`);
  const kept = join(home, `${id}.webp`);
  await writeFile(staged, bytes, { flush: true });
  await rename(staged, kept);
  const folder = await open(home, 'r');
  await folder.sync();
  await folder.close();
  insert.run(id, bytes.length);
  return readFile(kept);
}

const server = app.listen(0, '127.0.0.1', () =>
  console.log(`The bare site is ready at http://127.0.0.1:${(server.address() as AddressInfo).port}`),
);
process.on('SIGTERM', () => process.exit(0));
