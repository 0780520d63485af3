// Checks every view of the portal and its modules, so that a start need not: it trusts the digests written here.
import { writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { readManifests } from '../core/dist/kernel/index.js';
import { CheckedViews, Views } from '../core/dist/views/index.js';

const root = resolve(import.meta.dirname, '..');
const checked = new CheckedViews([]);
const nothing = () => undefined;
const messages = { for: () => ({ text: String, compiled: String }) };
const views = new Views({ messages, assets: { url: String }, viewsFolder: join(root, 'views'), log: { info: nothing }, checked });
const { modules } = await readManifests([join(root, 'modules'), join(root, 'examples')]);
for (const module of modules) {
  try {
    await views.load(module);
  } catch (error) {
    console.error(error.message);
    process.exitCode = 1;
  }
}
await writeFile(join(root, 'core/dist/checked-views.json'), JSON.stringify(checked.digests));
