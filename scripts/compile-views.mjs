// Checks and precompiles every view of the portal and its modules with Handlebars, so that a start need not.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { transform } from 'esbuild';
import { readManifests } from '../core/dist/kernel/index.js';
import { CompiledViews, Views } from '../core/dist/views/index.js';
import { exampleFolders, root } from './packages.mjs';

const views = new Map();
const compiled = new CompiledViews({
  precompiled: {},
  onNew: (digest, precompile) => {
    if (!views.has(digest)) views.set(digest, precompile());
  },
});
const nothing = () => undefined;
const portal = new Views({
  messages: { for: () => ({ text: String, compiled: String }) },
  assets: { url: String },
  viewsFolder: join(root, 'views'),
  log: { info: nothing },
  compiled,
});
const { modules } = await readManifests([join(root, 'modules'), ...exampleFolders().map((folder) => join(root, folder))]);
for (const module of modules) {
  try {
    await portal.load(module);
  } catch (error) {
    console.error(error.message);
    process.exitCode = 1;
  }
}
const entries = [...views].map(([digest, template]) => `${JSON.stringify(digest)}: ${template}`);
const { code } = await transform(`module.exports = {\n${entries.join(',\n')}\n};`, {
  minifyWhitespace: true,
  minifySyntax: true,
  minifyIdentifiers: true,
});
await writeFile(join(root, 'core/dist/compiled-views.cjs'), code);
