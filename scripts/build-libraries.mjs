// Puts each library of core/libraries into one file: a start that opens a thousand small files spends most of its time on that.
import { existsSync, readFileSync, statSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, join, resolve } from 'node:path';
import { build } from 'esbuild';

const root = resolve(import.meta.dirname, '..');
const folder = join(root, 'core/libraries');
const out = join(root, 'core/dist/libraries');
const mark = '/* bundled */';
/** What is older than this was made by other rules, or of other versions. */
const rules = Math.max(...['package-lock.json', 'scripts/build-libraries.mjs'].map((file) => statSync(join(root, file)).mtimeMs));

/** TypeORM brings a driver for each database it knows; ours is the only one that is ever asked for. */
const withoutDrivers = {
  name: 'without-drivers',
  setup({ onLoad }) {
    onLoad({ filter: /typeorm.driver.+Driver\.js$/ }, ({ path }) =>
      /driver[/\\](?:better-sqlite3|sqlite-abstract|Driver)\b/.test(path) || !/driver[/\\][\w-]+[/\\]/.test(path)
        ? undefined
        : { contents: 'module.exports = {};' },
    );
  },
};

/** Zod knows its sentences in fifty languages; the portal's come from its messages. */
const withoutLanguages = {
  name: 'without-languages',
  setup({ onLoad }) {
    onLoad({ filter: /zod.v4.locales.[\w-]+\.js$/ }, ({ path }) =>
      /(?:index|en)\.js$/.test(path) ? undefined : { contents: 'export default () => ({});' },
    );
  },
};

/** Koa and what it needs bring a table of all media types each. One is enough, without the types that no file is ever named after. */
const withoutNamelessTypes = {
  name: 'without-nameless-types',
  setup({ onResolve, onLoad }) {
    const table = createRequire(join(root, 'node_modules/koa/package.json')).resolve('mime-db');
    onResolve({ filter: /^mime-db$/ }, () => ({ path: table }));
    onLoad({ filter: /mime-db.db\.json$/ }, ({ path }) => {
      const types = Object.entries(JSON.parse(readFileSync(path, 'utf8'))).filter(([, type]) => type.extensions || type.charset);
      const kept = types.map(([name, { source, charset, extensions }]) => [name, { source, charset, extensions }]);
      return {
        contents: `module.exports = JSON.parse(${JSON.stringify(JSON.stringify(Object.fromEntries(kept)))});`,
        loader: 'js',
      };
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
    plugins: [withoutDrivers, withoutLanguages, withoutNamelessTypes],
    legalComments: 'none',
    logLevel: 'error',
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
