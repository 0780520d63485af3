import { execFile } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { median } from './load.js';

/**
 * What it is worth that the build puts each library into one file: loads those of a start from these files and from the packages, in processes
 * of their own, in turn. `npm run bench:libraries` takes about half a minute.
 */
const rounds = 9;
const root = resolve(import.meta.dirname, '../..');
const sources = join(root, 'core/libraries');
const bundled = join(root, 'core/dist/libraries');
const names = (await readdir(sources)).filter((name) => name.endsWith('.ts')).map((name) => name.slice(0, -'.ts'.length));

const packages = await mkdtemp(join(root, 'core/dist/packages-'));
try {
  const entryPoints = names.map((name) => join(sources, `${name}.ts`));
  await build({ entryPoints, outdir: packages, format: 'esm', logLevel: 'error' });
  const times = new Map<string, number[]>([bundled, packages].map((folder) => [folder, []]));
  for (let round = 0; round < rounds; round += 1) for (const [folder, found] of times) found.push(await processorMillis(folder));
  const [one, many] = [median(times.get(bundled) ?? []), median(times.get(packages) ?? [])];
  console.log(`libraries of a start in one file each ${one.toFixed(0)} ms of processor time, as packages ${many.toFixed(0)} ms`);
} finally {
  await rm(packages, { recursive: true, force: true });
}

async function processorMillis(folder: string): Promise<number> {
  const files = JSON.stringify(names.map((name) => join(folder, `${name}.js`)));
  const lines = `const before = process.cpuUsage(); for (const file of ${files}) await import(file); const { user, system } = process.cpuUsage(before); console.log((user + system) / 1000);`;
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', lines]);
  return Number(stdout);
}
