import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { transform } from 'lightningcss';
import postcss from 'postcss';
import { PurgeCSS } from 'purgecss';
import { filesUnder, root } from './files.mjs';
import { tokenise } from './tokens.mjs';

const folder = 'core/client/theme';
/** Our own rules, in the order in which browsers read them: later sheets win. */
const sheets = [
  'tokens',
  'base',
  'buttons',
  'controls',
  'menus',
  'types',
  'frame',
  'pages',
  'tiles',
  'lists',
  'feedback',
  'dialogs',
  'settings',
  'site',
  'plain',
];

/** Classes that only scripts or the browser set, or that are put together. */
const safelist = [
  // Icons get it from their helper.
  'along-line',
  'active',
  'show',
  'disabled',
  'has-error',
  'badge-info',
  'badge-success',
  'badge-warning',
  'badge-danger',
  'portico-modal-sm',
  'portico-modal-lg',
  'portico-modal-full',
];
/** Elements that never appear without their class; their rules stay whatever the sources say. */
const standard = [':root', 'html', 'body', '*'];

/** What was asked for last, with its answer: trimming takes a second, and who works on our own rules need not wait for it,
 * nor for what became of the sources meanwhile. */
const known = join(root, 'core/dist/trimmed-clay.json');

async function purged(options, lastWillDo) {
  const digest = createHash('sha256').update(await readFile(import.meta.filename));
  for (const { raw } of [...options.css, ...options.content]) digest.update(raw);
  const key = digest.digest('hex');
  const last = existsSync(known) ? JSON.parse(await readFile(known, 'utf8')) : {};
  if (last.key === key || (lastWillDo && last.answer)) return last.answer;
  const answer = await new PurgeCSS().purge(options);
  await writeFile(known, JSON.stringify({ key, answer }));
  return answer;
}

/** Components of Clay that have our rules instead: none of theirs is delivered. */
const ours =
  /\.(?:alert|aspect-ratio|autofit|badge|breadcrumb|btn|card|close|custom|dropdown|form|has|image-card|input-group|label|list-group|management-bar|modal|nav|popover|sheet|sticker|table|tbar|toast|toggle-switch)(?![a-z])/;

function withoutOurs(rules) {
  rules.walkRules((rule) => {
    const kept = rule.selectors.filter((selector) => !ours.test(selector));
    if (kept.length === 0) rule.remove();
    else rule.selectors = kept;
  });
}

/** Clay's theme, trimmed to what the sources use and with tokens for its colours, and our own rules after it. With `lastTrimWillDo` Clay's is what it was last time. */
export async function buildTheme(sources, { lastTrimWillDo = false } = {}) {
  const clay = await readFile(join(root, 'node_modules/@clayui/css/lib/css/atlas.css'), 'utf8');
  const own = await ownRules();
  const content = await Promise.all(
    sources
      .filter((file) => /\.(hbs|ts|md)$/.test(file))
      .map(async (file) => ({ raw: await readFile(file, 'utf8'), extension: file.split('.').pop() })),
  );
  // While both are being written, the rule may come before what it is for.
  if (!lastTrimWillDo) refuseUnused(own, content);
  const options = {
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
  };
  const [trimmed] = await purged(options, lastTrimWillDo);
  const clayRules = postcss.parse(trimmed.css);
  withoutOurs(clayRules);
  tokenise(clayRules);
  const { code } = transform({
    filename: 'portico.css',
    code: Buffer.from(`${clayRules.toString()}\n${own}`),
    minify: true,
    errorRecovery: true,
    targets: { chrome: 111 << 16, firefox: 121 << 16, safari: (16 << 16) | (4 << 8) },
  });
  return code;
}

/** Clay's rules as the theme would have them, one for each selector, with the classes it needs: what a module of others uses is taken from here when it is built. */
export async function spareRules() {
  const rules = postcss.parse(await readFile(join(root, 'node_modules/@clayui/css/lib/css/atlas.css'), 'utf8'));
  withoutOurs(rules);
  tokenise(rules);
  const found = [];
  rules.walkRules((rule) => {
    if (rule.parent.type === 'atrule' && rule.parent.name.includes('keyframes')) return;
    for (const selector of rule.selectors) {
      const classes = [...selector.matchAll(/\.(-?[a-zA-Z_][\w-]*)/g)].map(([, name]) => name);
      if (classes.length > 0) found.push({ classes, css: minified(wrapped(rule, selector)) });
    }
  });
  return found.filter(({ css }) => css !== '');
}

/** The rule of one selector, inside of what stands around it. */
function wrapped(rule, selector) {
  let text = `${selector}{${rule.nodes.map(String).join(';')}}`;
  for (let around = rule.parent; around.type === 'atrule'; around = around.parent)
    text = `@${around.name} ${around.params}{${text}}`;
  return text;
}

function minified(text) {
  return String(transform({ filename: 'clay.css', code: Buffer.from(text), minify: true, errorRecovery: true }).code);
}

/** The sheet does not grow by rules of ours that nothing uses: every class has to stand in a view, a script or the patterns of docs/design-system.md. */
function refuseUnused(own, content) {
  const words = new Set([...safelist, ...content.flatMap(({ raw }) => raw.match(/[\w-]+/g) ?? [])]);
  const unused = new Set();
  postcss.parse(own).walkRules(({ selector }) => {
    for (const [, name] of selector.matchAll(/\.(-?[a-z_][\w-]*)/gi)) if (!words.has(name)) unused.add(name);
  });
  if (unused.size > 0) throw new Error(`The theme has rules for classes that nothing uses: ${[...unused].join(', ')}.`);
}

async function ownRules() {
  const forgotten = (await filesUnder(folder, ['.css'])).filter((file) => !sheets.includes(basename(file, '.css')));
  if (forgotten.length > 0)
    throw new Error(`The theme has no place for ${forgotten.join(', ')}: add it to the sheets of theme.mjs.`);
  const texts = await Promise.all(sheets.map((sheet) => readFile(join(root, folder, `${sheet}.css`), 'utf8')));
  return texts.join('\n');
}
