import { join } from 'node:path';
import Database from 'better-sqlite3';
import type { BaselineTask } from './baseline-task.js';

/** One thing that is asked for again and again, and what the baseline must do for it. */
export interface Measured {
  readonly name: string;
  readonly goal: number;
  readonly path: string;
  readonly headers: Record<string, string>;
  readonly task: BaselineTask;
}

interface Row {
  readonly id: string;
  readonly site: string;
  readonly blob: string;
}

interface Asked {
  readonly name: string;
  readonly goal: number;
  readonly path: string;
  readonly queries: BaselineTask['queries'];
  readonly headers?: Record<string, string>;
  readonly file?: string;
}

export const base = '/web/home/documents-media';
const rangeBytes = 64 * 1024;

/** @param session headers of a signed-in person. */
export async function describe(url: string, session: Record<string, string>, home: string): Promise<readonly Measured[]> {
  const database = new Database(join(home, 'portico.db'), { readonly: true });
  const find = (where: string): Row =>
    database
      .prepare(
        `SELECT id, site_id AS site, blob_id AS blob FROM documents_media_document WHERE ${where} ORDER BY id DESC LIMIT 1`,
      )
      .get() as Row;
  const small = find("name LIKE 'file-%'");
  const large = find("name = 'large.bin'");
  const picture = find("name = 'picture.png'");
  database.close();
  const fields = 'id, name, name_key, mime_type, size, width, height, modified_at';
  const values = [small.site, ''];
  const list = [
    {
      sql: 'SELECT id, name FROM documents_media_folder WHERE site_id = ? AND parent_id = ? ORDER BY name_key, id LIMIT 21',
      values,
    },
    {
      sql: `SELECT ${fields} FROM documents_media_document WHERE site_id = ? AND folder_id = ? ORDER BY id DESC LIMIT 21`,
      values,
    },
  ];
  const one = ({ id, site }: Row): BaselineTask['queries'] => [
    { sql: 'SELECT * FROM documents_media_document WHERE id = ? AND site_id = ?', values: [id, site] },
  ];
  const file = ({ blob }: Row): string => join(home, 'blobs', blob.slice(2, 4), blob.slice(4, 6), blob);
  const download = ({ id }: Row): string => `${base}/documents/${id}/download`;
  const thumbnail = `${base}/documents/${picture.id}/thumbnail`;
  const tag = (await fetch(url + download(small), { headers: session })).headers.get('etag') ?? '';
  const asked: readonly Asked[] = [
    { name: 'document list page', goal: 0.33, path: base, queries: list },
    { name: 'document list, JSON', goal: 0.5, path: `${base}/api/documents`, queries: list },
    { name: "one document's metadata, JSON", goal: 0.35, path: `${base}/api/documents/${small.id}`, queries: one(small) },
    { name: 'download of 20 kB', goal: 0.5, path: download(small), queries: one(small), file: file(small) },
    { name: 'download of 1 MB', goal: 0.75, path: download(large), queries: one(large), file: file(large) },
    {
      name: '64 kB out of 1 MB',
      goal: 0.5,
      path: download(large),
      headers: { range: `bytes=0-${rangeBytes - 1}` },
      queries: one(large),
      file: file(large),
    },
    {
      name: 'revalidation (304)',
      goal: 0.45,
      path: download(small),
      // As browsers send it; without, `fetch` would add `no-cache`, which asks for the whole answer.
      headers: { 'if-none-match': tag, 'cache-control': 'max-age=0' },
      queries: one(small),
    },
    { name: 'thumbnail already made', goal: 0.5, path: thumbnail, queries: one(picture), file: file(picture) },
  ];
  const described: Measured[] = [];
  for (const [index, { name, goal, path, queries, file: source, headers = {} }] of asked.entries()) {
    const answer = await fetch(url + path, { headers: { ...session, ...headers } });
    if (answer.status >= 400) throw new Error(`${path} answers ${answer.status}.`);
    const bytes = (await answer.arrayBuffer()).byteLength;
    const task = {
      path: `/${index}`,
      type: answer.headers.get('content-type') ?? '',
      status: answer.status,
      bytes,
      queries,
      file: source,
    };
    described.push({ name, goal, path, headers: { ...session, ...headers }, task });
  }
  return described;
}
