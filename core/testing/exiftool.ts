import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Found when it is used: not everybody who tests a module has it. */
function exiftool(): string {
  return join(dirname(createRequire(import.meta.url).resolve('exiftool-vendored.pl/package.json')), 'bin', 'exiftool');
}

/** An independent reader and writer of metadata: a Perl program that comes as a package. */
async function withFile<T>(content: Uint8Array, use: (file: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'portico-exiftool-'));
  try {
    const file = join(folder, 'file');
    await writeFile(file, content);
    return await use(file);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** What an independent reader finds in a file under the IPTC's digital source type. */
export function digitalSourceType(content: Uint8Array): Promise<string | undefined> {
  return withFile(content, async (file) => {
    const { stdout } = await run('perl', [exiftool(), '-n', '-j', '-XMP-iptcExt:DigitalSourceType', file]);
    const [facts] = JSON.parse(stdout) as { DigitalSourceType?: string }[];
    return facts?.DigitalSourceType;
  });
}

/** All that an independent reader finds in a file, also in what is embedded, as text: names, values, warnings. */
export function metadataText(content: Uint8Array): Promise<string> {
  return withFile(content, async (file) => (await run('perl', [exiftool(), '-a', '-u', '-G1', '-ee3', '-s', file])).stdout);
}

/** The file with metadata that an independent writer put in: `-XMP:Creator=Ada`. */
export function withMetadata(content: Uint8Array, ...tags: readonly string[]): Promise<Buffer> {
  return withFile(content, async (file) => {
    await run('perl', [exiftool(), '-overwrite_original', ...tags, file]);
    return readFile(file);
  });
}
