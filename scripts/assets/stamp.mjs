import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { root } from './files.mjs';

/** The stamp lies beside the built folder and says what it was made from. */
export const stampFile = (out) => `${out}.stamp.json`;

/** Whether a folder was built from exactly these files, and from those found while building, as they are now; and with all that a build does, unless `quick` will do. */
export async function isFresh(out, listed, quick = false) {
  if (!existsSync(stampFile(out)) || !existsSync(out)) return false;
  const { found, hash, isQuick = false } = JSON.parse(await readFile(stampFile(out), 'utf8'));
  return (quick || !isQuick) && hash === (await hashOf(listed, found));
}

export async function remember(out, listed, found, isQuick) {
  await writeFile(stampFile(out), JSON.stringify({ found, isQuick, hash: await hashOf(listed, found) }));
}

async function hashOf(listed, found) {
  const hash = createHash('sha256');
  for (const file of [...listed, ...found, join(root, 'package-lock.json'), join(root, 'scripts/build-assets.mjs')]) {
    hash.update(file);
    hash.update(existsSync(file) ? await readFile(file) : 'absent');
  }
  return hash.digest('hex');
}
