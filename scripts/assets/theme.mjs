import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { transform } from 'lightningcss';
import { PurgeCSS } from 'purgecss';
import { filesUnder, root } from './files.mjs';

const folder = 'core/client/theme';
/** Our own rules, in the order in which browsers read them: later rooms win. */
const rooms = ['base', 'frame', 'product-menu', 'global-menu', 'pages', 'plain', 'lists', 'controls', 'dialogs'];

/** States that only scripts or the browser set. */
const safelist = [
  'active',
  'show',
  'disabled',
  'has-error',
  'alert-success',
  'alert-info',
  'alert-warning',
  'alert-danger',
  'badge-info',
  'badge-success',
  'badge-warning',
  'badge-danger',
];
/** Elements that never appear without their class; their rules stay whatever the sources say. */
const standard = [':root', 'html', 'body', '*'];

/** What was asked for last, with its answer: trimming takes a second, and who works on our own rules need not wait for it. */
const known = join(root, 'core/dist/trimmed-clay.json');

async function purged(options) {
  const digest = createHash('sha256').update(JSON.stringify(options.safelist));
  for (const { raw } of [...options.css, ...options.content]) digest.update(raw);
  const key = digest.digest('hex');
  const last = existsSync(known) ? JSON.parse(await readFile(known, 'utf8')) : {};
  if (last.key === key) return last.answer;
  const answer = await new PurgeCSS().purge(options);
  await writeFile(known, JSON.stringify({ key, answer }));
  return answer;
}

/** Clay's theme, trimmed to what the sources use, and our own rules after it. */
export async function buildTheme(sources) {
  const clay = await readFile(join(root, 'node_modules/@clayui/css/lib/css/atlas.css'), 'utf8');
  const own = await ownRules();
  const content = await Promise.all(
    sources
      .filter((file) => /\.(hbs|ts|md)$/.test(file))
      .map(async (file) => ({ raw: await readFile(file, 'utf8'), extension: file.split('.').pop() })),
  );
  const [trimmed] = await purged({
    content,
    css: [{ raw: clay }],
    safelist: { standard: [...standard, ...safelist] },
    keyframes: true,
    fontFace: true,
    variables: true,
    extractors: [
      { extensions: ['hbs', 'md'], extractor: (text) => text.match(/[\w-]+/g) ?? [] },
      // In programs most words are not classes; those that are, have a hyphen or stand in a list of them.
      {
        extensions: ['ts'],
        extractor: (text) => (text.match(/['"`][^'"`\n]*['"`]/g) ?? []).flatMap((literal) => literal.match(/[\w-]+/g) ?? []),
      },
    ],
  });
  const { code } = transform({
    filename: 'portico.css',
    code: Buffer.from(`${trimmed.css}\n${own}`),
    minify: true,
    errorRecovery: true,
    targets: { chrome: 111 << 16, firefox: 121 << 16, safari: (16 << 16) | (4 << 8) },
  });
  return code;
}

async function ownRules() {
  const forgotten = (await filesUnder(folder, ['.css'])).filter((file) => !rooms.includes(basename(file, '.css')));
  if (forgotten.length > 0)
    throw new Error(`The theme has no place for ${forgotten.join(', ')}: add it to the rooms of theme.mjs.`);
  const texts = await Promise.all(rooms.map((room) => readFile(join(root, folder, `${room}.css`), 'utf8')));
  return texts.join('\n');
}
