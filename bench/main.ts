import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { compare, load } from './load.js';
import { type ServerProcess, startProcess } from './portal-process.js';
import { administrator, multiplyDocuments, signIn, upload } from './sample-content.js';
import type { TwinTask } from './twin-task.js';

/**
 * Measures the portal beside a bare server with the same data, both in this very run, in turn. Ratios count; absolute figures are of this machine.
 * `npm run bench` takes about four minutes; `npm run bench -- quick` measures at 1,000 documents only.
 */
const sizes = process.argv.includes('quick') ? [1000] : [1000, 100_000];
const documentBytes = 20_000;

const home = await mkdtemp(join(tmpdir(), 'portico-bench-'));
try {
  await measureStart();
  for (const [index, size] of sizes.entries()) {
    if (index > 0) multiplyDocuments(home, size);
    await measureLoad(size, index === 0);
  }
} finally {
  await rm(home, { recursive: true, force: true });
}

function startPortal(): Promise<ServerProcess> {
  return startProcess('core/bin/portico.js', ['start'], {
    PORTICO_HOME: home,
    PORT: '18080',
    PORTICO_LOG_LEVEL: 'error',
    PORTICO_ADMIN_EMAIL: administrator.email,
    PORTICO_ADMIN_PASSWORD: administrator.password,
  });
}

async function measureStart(): Promise<void> {
  await (await startPortal()).stop();
  const starts: number[] = [];
  let memory = 0;
  for (let round = 0; round < 5; round += 1) {
    const portal = await startPortal();
    starts.push(portal.startMillis);
    memory = portal.memory();
    await portal.stop();
  }
  const median = starts.sort((a, b) => a - b)[2] ?? 0;
  console.log(`start to ready, median of 5   ${median.toFixed(0)} ms`);
  console.log(`memory after start            ${memory.toFixed(0)} MB`);
}

async function measureLoad(documents: number, fill: boolean): Promise<void> {
  const portal = await startPortal();
  const session = await signIn(portal.url);
  if (fill) await upload(portal.url, session, documents, documentBytes);
  const headers = { cookie: session.cookie };
  const pages = await describePages(portal.url, headers);
  const taskFile = join(home, 'twin.json');
  await writeFile(taskFile, JSON.stringify({ database: join(home, 'portico.db'), pages: pages.map(({ task }) => task) }));
  const twin = await startProcess('bench/dist/bare-twin.js', [taskFile], {});
  console.log(`\n${documents.toLocaleString('en')} documents`);
  for (const { name, path, task } of pages) {
    const { ours, bare } = await compare(
      () => load(portal.url + path, headers),
      () => load(twin.url + task.path),
    );
    const ratio = (ours.rate / bare.rate).toFixed(2);
    console.log(
      `${name.padEnd(30)}${ours.rate.toFixed(0).padStart(6)}/s  bare ${bare.rate.toFixed(0).padStart(6)}/s  ratio ${ratio}  p99 ${ours.p99} ms`,
    );
  }
  console.log(`memory after load             ${portal.memory().toFixed(0)} MB`);
  await twin.stop();
  await portal.stop();
}

/** What is measured, and what the twin must do for it. */
async function describePages(
  url: string,
  headers: Record<string, string>,
): Promise<readonly { readonly name: string; readonly path: string; readonly task: TwinTask }[]> {
  const database = new Database(join(home, 'portico.db'), { readonly: true });
  const row = database
    .prepare('SELECT id, site_id AS site, blob_id AS blob FROM documents_media_document ORDER BY id DESC LIMIT 1')
    .get();
  database.close();
  const { id, site, blob } = row as { id: string; site: string; blob: string };
  const fields = 'id, name, name_key, mime_type, size, width, height, modified_at';
  const list = [
    {
      sql: 'SELECT id, name FROM documents_media_folder WHERE site_id = ? AND parent_id = ? ORDER BY name_key, id LIMIT 21',
      values: [site, ''],
    },
    {
      sql: `SELECT ${fields} FROM documents_media_document WHERE site_id = ? AND folder_id = ? ORDER BY id DESC LIMIT 21`,
      values: [site, ''],
    },
  ];
  const one = [{ sql: 'SELECT * FROM documents_media_document WHERE id = ? AND site_id = ?', values: [id, site] }];
  const base = '/web/home/documents-media';
  const file = join(home, 'blobs', blob.slice(2, 4), blob.slice(4, 6), blob);
  const measured = [
    { name: 'document list page', path: base, queries: list },
    { name: 'document list, JSON', path: `${base}/api/documents`, queries: list },
    { name: "one document's metadata, JSON", path: `${base}/api/documents/${id}`, queries: one },
    { name: 'document download, 20 kB', path: `${base}/documents/${id}/download`, queries: one, file },
  ];
  return Promise.all(
    measured.map(async ({ name, path, queries, file }, index) => {
      const answer = await fetch(url + path, { headers });
      if (answer.status !== 200) throw new Error(`${path} answers ${answer.status}.`);
      const bytes = (await answer.arrayBuffer()).byteLength;
      return { name, path, task: { path: `/${index}`, type: answer.headers.get('content-type') ?? '', bytes, queries, file } };
    }),
  );
}
