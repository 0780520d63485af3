import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const exiftool = join(dirname(createRequire(import.meta.url).resolve('exiftool-vendored.pl/package.json')), 'bin', 'exiftool');

/** What an independent reader (exiftool, a Perl program that comes as a package) finds in a file under the IPTC's digital source type. */
export async function digitalSourceType(content: Uint8Array): Promise<string | undefined> {
  const folder = await mkdtemp(join(tmpdir(), 'portico-exiftool-'));
  try {
    const file = join(folder, 'picture');
    await writeFile(file, content);
    const { stdout } = await run('perl', [exiftool, '-n', '-j', '-XMP-iptcExt:DigitalSourceType', file]);
    const [facts] = JSON.parse(stdout) as { DigitalSourceType?: string }[];
    return facts?.DigitalSourceType;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
