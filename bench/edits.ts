import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { chromium, type Page } from 'playwright-core';
import { median } from './load.js';
import { startProcess } from './portal-process.js';

/**
 * `npm run bench:edits`: what an author waits for. A module that the template `page` has made, in a folder of its own, with `npm run dev` and its
 * page open in a browser: from the moment a file is written until the page, which loads itself anew, shows it. Medians of five, and the longest.
 */
const rounds = 5;
const longest = 60_000;
const root = resolve(import.meta.dirname, '../..');
const id = 'acme-edited';

interface Kind {
  readonly name: string;
  readonly file: string;
  /** What stands in the file, and what stands there instead in a round. */
  readonly text: string;
  readonly other: (round: number) => string;
  /** True in the page that shows it. */
  readonly seen: (round: number) => string;
}

const kinds: readonly Kind[] = [
  {
    name: 'a word',
    file: 'messages/en.json',
    text: '"greet": "Say Hello"',
    other: (round) => `"greet": "Say Hello ${round}"`,
    seen: (round) => `document.querySelector('${id}-greeting button').textContent === 'Say Hello ${round}'`,
  },
  {
    name: 'a view',
    file: 'views/page.hbs',
    text: `<p>{{t 'text'}}</p>`,
    other: (round) => `<p id="round-${round}">{{t 'text'}}</p>`,
    seen: (round) => `document.querySelector('#round-${round}') !== null`,
  },
  {
    name: 'a style',
    file: 'assets/page.css',
    text: 'border-top: 4px',
    other: (round) => `border-top: ${round + 10}px`,
    seen: (round) => `getComputedStyle(document.querySelector('.${id}-page')).borderTopWidth === '${round + 10}px'`,
  },
  {
    name: 'a script',
    file: 'assets/page.ts',
    text: 'connectedCallback(): void {',
    other: (round) => `connectedCallback(): void {\n    this.title = 'Round ${round}';`,
    seen: (round) => `document.querySelector('${id}-greeting').title === 'Round ${round}'`,
  },
  {
    name: 'code',
    file: 'module.ts',
    text: `title: ctx.text('title')`,
    other: (round) => `title: 'Round ${round}'`,
    seen: (round) => `document.title.includes('Round ${round}')`,
  },
];

const place = await mkdtemp(join(tmpdir(), 'portico-bench-edits-'));
const folder = join(place, id);
execFileSync(process.execPath, [join(root, 'core/bin/portico.js'), 'create', 'module', folder, '--template', 'page']);
await symlink(join(root, 'node_modules'), join(folder, 'node_modules'));
const portal = await startProcess('core/bin/portico.js', ['module', 'dev'], { PORT: '0', PORTICO_LOG_LEVEL: 'error' }, folder);
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM_PATH ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
});
try {
  const page = await browser.newPage();
  await page.goto(`${portal.url}/${id}`);
  for (const kind of kinds) await measure(kind, page);
} finally {
  await browser.close();
  await portal.stop();
  await rm(place, { recursive: true, force: true });
}

async function measure({ name, file, text, other, seen }: Kind, page: Page): Promise<void> {
  const path = join(folder, file);
  const original = await readFile(path, 'utf8');
  if (!original.includes(text)) throw new Error(`${file} has no ${text}.`);
  const millis: number[] = [];
  for (let round = 1; round <= rounds; round += 1) {
    await writeFile(path, original.replace(text, other(round)));
    const began = performance.now();
    await becomes(seen(round), page);
    millis.push(performance.now() - began);
  }
  console.log(
    `${name.padEnd(10)}${median(millis).toFixed(0)} ms from edit to seen, at most ${Math.max(...millis).toFixed(0)} ms`,
  );
}

/** A page that is just loaded again has no answer. */
async function becomes(expression: string, page: Page): Promise<void> {
  const end = performance.now() + longest;
  while ((await page.evaluate(expression).catch(() => false)) !== true) {
    if (performance.now() > end) throw new Error(`It does not become true: ${expression}`);
    await new Promise((done) => setTimeout(done, 10));
  }
}
