/**
 * The catalogue of what modules can build on: extension points, services, permissions, settings, events and flags, read from the built types,
 * docstrings and declarations. Compares docs/catalogue.md with it, and exits 1 when they differ; `--fix` writes the page.
 *
 *   node scripts/catalogue.mjs [--fix]     the page
 *   node scripts/catalogue.mjs --data      what packages say of themselves, for the screen: dist/api-catalog.json of each
 */
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { basename, join, relative } from 'node:path';
import { catalogFile } from '../core/dist/diagnostics/installed-catalog.js';
import { packageFolders, root } from './packages.mjs';

const page = join(root, 'docs/catalogue.md');
const args = process.argv.slice(2);
const packages = packageFolders().map(read);
const kinds = [
  ['extension-point', 'Extension points', 'Places where any module may add something.'],
  ['service', 'Services', 'Injected by their token: `@inject(Flags)`, or `@inject(optional(Flags))` for one that may be absent.'],
  ['permission', 'Permissions', 'Named by routes and `when`; roles hold them.'],
  ['setting', 'Settings', 'As the commands, variables, files and `when` name them.'],
  ['event', 'Events', 'What can be listened to: topics of `Announcements`, and events of services.'],
  ['flag', 'Feature flags', 'Switched on the Feature Flags screen.'],
];

if (args.includes('--data')) {
  if (isStale())
    for (const [folder, entries] of await catalogue())
      writeFileSync(join(root, folder, catalogFile), `${JSON.stringify({ entries }, undefined, 1)}\n`);
} else {
  const text = pageOf(await catalogue());
  const was = existsSync(page) ? readFileSync(page, 'utf8') : '';
  if (args.includes('--fix')) writeFileSync(page, text);
  else if (was !== text) {
    const [before, now] = [was, text].map((each) => each.split('\n'));
    const at = now.findIndex((line, index) => line !== before[index]);
    console.error(`docs/catalogue.md:${at + 1}\n  - ${before[at] ?? ''}\n  + ${now[at] ?? ''}`);
    console.error('The catalogue differs from the code. `npm run catalogue -- --fix` writes what the code says.');
    process.exitCode = 1;
  }
}

/** Entries by folder of a package. */
async function catalogue() {
  const { catalogEntries, codeIn, examplesIn, readCatalogued } = await import('../core/dist/authoring/api-catalog.js');
  const { sourcesOf, testFolders } = await import('../core/dist/authoring/package-file.js');
  const { TypedDeclarations } = await import('../core/dist/authoring/typed-declarations.js');
  const docs = ['docs/module-authors.md', 'docs/design-system.md'].flatMap((file) => codeIn(join(root, file), file));
  const sources = [...packages]
    .sort(
      (a, b) => Number(b.folder.startsWith('examples')) - Number(a.folder.startsWith('examples')) || compare(a.folder, b.folder),
    )
    .flatMap(({ folder }) => sourcesOf(join(root, folder), /\.ts$/, testFolders))
    .map((file) => ({ code: readFileSync(file, 'utf8'), from: relative(root, file) }));
  const read = await Promise.all(packages.map(({ folder, content }) => readCatalogued(join(root, folder), content)));
  const types = await TypedDeclarations.open(
    join(root, 'core'),
    read.flatMap(({ api }) => api?.types ?? []),
  );
  try {
    const all = await Promise.all(read.map((each) => catalogEntries(each, types, examplesIn([...docs, ...sources]))));
    return new Map(packages.map(({ folder }, index) => [folder, all[index]]));
  } finally {
    types.close();
  }
}

function read(folder) {
  const content = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'));
  return { folder, content, id: content.portico?.id ?? 'core', manifest: content.portico ?? {} };
}

function pageOf(entries) {
  const all = [...entries.values()].flat();
  const hosts = new Map(packages.flatMap(({ id, manifest }) => Object.keys(manifest.hosts ?? {}).map((point) => [point, id])));
  const lines = [
    '# Catalogue',
    '',
    'What modules can build on, and what operators set. Written by `npm run catalogue -- --fix` from the built types, their docstrings and what modules declare; a test compares.',
    'The screen **Extension points** of the Control Panel shows the same of a portal that runs, with who contributes now; [module-authors.md](module-authors.md) tells how to begin.',
  ];
  for (const [kind, title, about] of kinds) {
    const found = all.filter((entry) => entry.kind === kind).sort((a, b) => compare(a.id, b.id));
    lines.push('', `## ${title}`, '', about, '');
    if (kind === 'extension-point' || kind === 'service') for (const entry of found) lines.push(...sectionOf(entry, hosts));
    else lines.push('| Id | Of | Kind | What |', '|---|---|---|---|', ...found.map(rowOf));
  }
  return `${lines.join('\n').replaceAll(/\n{3,}/g, '\n\n')}\n`;
}

function sectionOf({ kind, id, module, description, imported, conditional, shape, example, deprecated }, hosts) {
  const facts = [
    `\`${id}\``,
    `\`import { ${imported.name} } from '${imported.from}'\``,
    ...(kind === 'extension-point'
      ? [`hosted by ${hosts.get(id) ?? 'core'}`, conditional ? 'takes `when`' : 'takes no `when`']
      : [`declared by ${module}`]),
  ];
  const code = (text) => ['```ts', ...text.split('\n'), '```', ''];
  return [
    `### ${imported.name}`,
    '',
    `${facts.join(' · ')}`,
    '',
    ...(deprecated
      ? [`**Deprecated** since ${deprecated.since}, gone with ${deprecated.removal}. ${deprecated.instead}`, '']
      : []),
    ...(description ? [description, ''] : []),
    ...(shape ? code(shape) : []),
    ...(kind === 'extension-point' && example
      ? [`From [${basename(example.from)}](${relative('docs', example.from)}):`, '', ...code(example.code)]
      : []),
  ];
}

function rowOf({ id, module, type, shape, description }) {
  const cell = (text) => text.replaceAll('|', '\\|').replaceAll('\n', ' ');
  return `| \`${id}\` | ${module} | ${cell(type ?? '')} | ${cell([description, shape && `\`${shape}\``].filter(Boolean).join(' '))} |`;
}

function compare(a, b) {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Whether anything that the data is made of is newer than it. */
function isStale() {
  return packages.some(({ folder, manifest: { messages = 'messages' } }) => {
    const file = join(root, folder, catalogFile);
    if (!existsSync(file)) return true;
    const time = statSync(file).mtimeMs;
    const from = [
      join(root, folder, 'dist/.tsbuildinfo'),
      join(root, folder, 'package.json'),
      join(root, folder, messages, 'en.json'),
      import.meta.filename,
    ];
    return from.some((each) => existsSync(each) && statSync(each).mtimeMs > time);
  });
}
