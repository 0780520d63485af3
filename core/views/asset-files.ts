import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { extname, join, sep } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';

const types: Readonly<Record<string, string>> = {
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.webp': 'image/webp',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.json': 'application/json; charset=utf-8',
  '.txt': 'text/plain; charset=utf-8',
};
const compressible = new Set(['.js', '.css', '.svg', '.json', '.txt']);
/** Below this a compressed answer saves nothing. */
const smallestCompressed = 256;

export type Encoding = 'br' | 'gzip' | 'identity';

/** A file browsers load, in memory in every encoding there is. */
export interface AssetFile {
  readonly name: string;
  readonly type: string;
  readonly hash: string;
  readonly bytes: Map<Encoding, Buffer>;
}

/** Reads a folder of built assets; `.br` and `.gz` siblings become encodings of their file. Empty when there is no such folder. */
export async function readAssetFiles(folder: string): Promise<readonly AssetFile[]> {
  const names = await listFiles(folder);
  const plain = names.filter((name) => types[extname(name)] !== undefined);
  const known = new Set(names);
  return Promise.all(
    plain.map(async (name) => {
      const content = await readFile(join(folder, name));
      const bytes = new Map<Encoding, Buffer>([['identity', content]]);
      if (known.has(`${name}.br`)) bytes.set('br', await readFile(join(folder, `${name}.br`)));
      if (known.has(`${name}.gz`)) bytes.set('gzip', await readFile(join(folder, `${name}.gz`)));
      const hash = createHash('sha256').update(content).digest('hex').slice(0, 16);
      return { name: name.split(sep).join('/'), type: types[extname(name)] ?? 'application/octet-stream', hash, bytes };
    }),
  );
}

async function listFiles(folder: string): Promise<string[]> {
  try {
    const entries = await readdir(folder, { recursive: true, withFileTypes: true });
    return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

/** Adds what the build did not bring, off the event loop. */
export async function compressMissing(file: AssetFile): Promise<void> {
  const content = file.bytes.get('identity');
  if (!content || content.length < smallestCompressed || !compressible.has(extname(file.name))) return;
  if (!file.bytes.has('br')) {
    const quality = { params: { [constants.BROTLI_PARAM_QUALITY]: 5 } };
    file.bytes.set('br', await promisify(brotliCompress)(content, quality));
  }
  if (!file.bytes.has('gzip')) file.bytes.set('gzip', await promisify(gzip)(content));
}
