// Puts each library of core/libraries into one file, as it is: a start that opens two thousand small files spends most of its time on that
// (`npm run bench:libraries` says how much). Nothing is left out of them.
import { existsSync, readFileSync, statSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { build } from 'esbuild';

const root = resolve(import.meta.dirname, '..');
const folder = join(root, 'core/libraries');
const out = join(root, 'core/dist/libraries');
const mark = '/* bundled */';
/** What is older than this was made by other rules, or of other versions. */
const rules = Math.max(...['package-lock.json', 'scripts/build-libraries.mjs'].map((file) => statSync(join(root, file)).mtimeMs));

/**
 * A table in JSON, such as that of all media types, stays a text until it is read: as code it is compiled first, and kept twice.
 * (`node_modules` has one such table because of the `overrides` of the root package; the libraries ask for three of two ages.)
 */
const tables = {
  name: 'tables',
  setup({ onLoad }) {
    onLoad({ filter: /\.json$/ }, ({ path }) => {
      const text = JSON.stringify(JSON.parse(readFileSync(path, 'utf8')));
      return { contents: `module.exports = JSON.parse(${JSON.stringify(text)});`, loader: 'js' };
    });
  },
};

const entries = (await readdir(folder)).filter((file) => file.endsWith('.ts')).map((file) => join(folder, file));
const stale = entries.filter((entry) => !isBundled(join(out, `${basename(entry, '.ts')}.js`), entry));
if (stale.length > 0) {
  await build({
    entryPoints: stale,
    outdir: out,
    allowOverwrite: true,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    minifyWhitespace: true,
    minifySyntax: true,
    plugins: [tables],
    legalComments: 'none',
    logLevel: 'error',
    mainFields: ['module', 'main'],
    external: ['better-sqlite3', 'reflect-metadata', 'pino-pretty', 'sharp'],
    banner: {
      js: `${mark}import { createRequire as __createRequire } from 'node:module';const require = __createRequire(import.meta.url);`,
    },
  });
}

function isBundled(file, entry) {
  if (!existsSync(file)) return false;
  const made = statSync(file).mtimeMs;
  return made > rules && made > statSync(entry).mtimeMs && readFileSync(file, 'utf8').startsWith(mark);
}
