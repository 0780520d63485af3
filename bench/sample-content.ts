import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { withNaturalNumbers } from '@portico/core/util';
import Database from 'better-sqlite3';
import sharp from 'sharp';

export interface Credentials {
  readonly email: string;
  readonly password: string;
}

export const administrator: Credentials = { email: 'admin@portico.example', password: 'a long password for the benchmark' };

/** Headers of a session. */
export interface Session {
  readonly cookie: string;
  readonly csrf: string;
}

/** Signs in as a browser would. */
export async function signIn(url: string): Promise<Session> {
  const answer = await fetch(`${url}/sign-in`, {
    method: 'POST',
    headers: { origin: url, 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({ ...administrator }).toString(),
    redirect: 'manual',
  });
  const cookie = answer.headers.getSetCookie()[0]?.split(';')[0];
  if (answer.status !== 303 || !cookie) throw new Error(`Signing in failed with ${answer.status}.`);
  const page = await (await fetch(`${url}/web/home`, { headers: { cookie } })).text();
  return { cookie, csrf: /name="portico-csrf" content="([^"]+)"/.exec(page)?.[1] ?? '' };
}

/** Uploads files of random bytes through the HTTP upload, 20 at a time; answers how long one request took on average, in milliseconds. */
export async function upload(url: string, session: Session, count: number, bytes: number): Promise<void> {
  for (let done = 0; done < count; done += 20) {
    const form = new FormData();
    for (let number = done; number < Math.min(done + 20, count); number += 1) {
      form.append('files', new Blob([randomBytes(bytes)]), `file-${String(number).padStart(6, '0')}.bin`);
    }
    const answer = await fetch(`${url}/web/home/documents-media/upload-multiple`, {
      method: 'POST',
      headers: { origin: url, cookie: session.cookie, 'x-portico-csrf': session.csrf, accept: 'application/json' },
      body: form,
    });
    if (answer.status !== 201) throw new Error(`Uploading failed with ${answer.status}: ${await answer.text()}`);
  }
}

/** Adds rows beside the portal (which must be closed) until there are `total` documents: copies of one, with ids and names of their own. */
export function multiplyDocuments(home: string, total: number): void {
  const database = new Database(join(home, 'portico.db'));
  const { count } = database.prepare('SELECT count(*) AS count FROM documents_media_document').get() as { count: number };
  const source = database.prepare('SELECT * FROM documents_media_document ORDER BY id LIMIT 1').get() as Record<string, unknown>;
  const columns = Object.keys(source);
  const insert = database.prepare(
    `INSERT INTO documents_media_document (${columns.join(', ')}) VALUES (${columns.map((column) => `@${column}`).join(', ')})`,
  );
  database.transaction(() => {
    for (let number = count; number < total; number += 1) {
      const hex = number.toString(16).padStart(12, '0');
      const name = `copy-${number}.bin`;
      insert.run({ ...source, id: `01000000-0000-7000-8000-${hex}`, name, name_key: withNaturalNumbers(name) });
    }
  })();
  database.exec('ANALYZE');
  database.close();
}

/** One large file and one picture. */
export async function uploadSpecial(url: string, session: Session): Promise<void> {
  const pixels = { width: 640, height: 360, channels: 3 } as const;
  const picture = await sharp(randomBytes(pixels.width * pixels.height * 3), { raw: pixels })
    .png()
    .toBuffer();
  const form = new FormData();
  form.append('files', new Blob([randomBytes(1_000_000)]), 'large.bin');
  form.append('files', new Blob([new Uint8Array(picture)]), 'picture.png');
  const answer = await fetch(`${url}/web/home/documents-media/upload-multiple`, {
    method: 'POST',
    headers: { origin: url, cookie: session.cookie, 'x-portico-csrf': session.csrf, accept: 'application/json' },
    body: form,
  });
  if (answer.status !== 201) throw new Error(`Uploading failed with ${answer.status}: ${await answer.text()}`);
}
