import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';

const compressible = new Set(['.js', '.css', '.svg', '.json']);
const smallest = 256;

/** Writes `.br` and `.gz` beside each file that gains from it. */
export async function compressFolder(folder) {
  await Promise.all(
    (await readdir(folder))
      .filter((name) => compressible.has(extname(name)))
      .map(async (name) => {
        const content = await readFile(join(folder, name));
        if (content.length < smallest) return;
        const best = { params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: content.length } };
        await writeFile(join(folder, `${name}.br`), await promisify(brotliCompress)(content, best));
        await writeFile(join(folder, `${name}.gz`), await promisify(gzip)(content, { level: 9 }));
      }),
  );
}

export async function sizesOf(folder) {
  const names = await readdir(folder);
  const sizeOf = async (name) => (await stat(join(folder, name))).size;
  return Promise.all(
    names
      .filter((name) => !name.endsWith('.br') && !name.endsWith('.gz'))
      .map(async (file) => ({
        file,
        raw: await sizeOf(file),
        br: await sizeOf(names.includes(`${file}.br`) ? `${file}.br` : file),
      })),
  );
}
