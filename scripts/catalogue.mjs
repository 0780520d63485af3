/**
 * The catalogue of what modules can build on: extension points, services, permissions, settings, events and flags, read from the built types,
 * docstrings and declarations. Compares docs/catalogue.md with it, and exits 1 when they differ; `--fix` writes the page.
 *
 *   node scripts/catalogue.mjs [--fix]     the page
 *   node scripts/catalogue.mjs --data      what packages say of themselves, for the screen: dist/api-catalog.json of each
 */
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { basename, join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { packageFolders, root } from './packages.mjs';

const page = join(root, 'docs/catalogue.md');
const dataFile = 'dist/api-catalog.json';
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
      writeFileSync(join(root, folder, dataFile), `${JSON.stringify({ entries }, undefined, 1)}\n`);
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
  const { openTypes } = await import('./typed-api.mjs');
  const declared = await Promise.all(packages.map(declarationsOf));
  const uses = usesIn(packages);
  const types = openTypes(packages.flatMap(({ api }) => api ?? []));
  try {
    return new Map(
      await Promise.all(
        packages.map(async (each, index) => {
          const exported = await exportedBy(types, each, uses);
          const entries = [...exported, ...declaredBy(each, declared[index]), ...topicsOf(each)];
          return [each.folder, entries.sort((a, b) => compare(a.kind, b.kind) || compare(a.id, b.id))];
        }),
      ),
    );
  } finally {
    types.close();
  }
}

function read(folder) {
  const { name, exports = {}, portico } = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'));
  const target = folder === 'core' ? exports['.'] : exports['./api'];
  const file = typeof target === 'string' ? target : (target?.default ?? target?.import);
  const entry = folder === 'core' ? undefined : (exports['.']?.default ?? exports['.'] ?? exports);
  return {
    folder,
    id: portico?.id ?? 'core',
    manifest: portico ?? {},
    specifier: folder === 'core' ? name : `${name}/api`,
    code: file && join(root, folder, file),
    api: file && join(root, folder, file.replace(/\.js$/, '.d.ts')),
    entry: entry && join(root, folder, entry),
  };
}

async function declarationsOf({ entry, id }) {
  if (entry === undefined) return undefined;
  const { Declarations } = await import('../core/dist/kernel/declarations.js');
  return Declarations.of(id, (await import(pathToFileURL(entry).href)).default);
}

/** Tokens that a package exports, with the types behind them. */
async function exportedBy({ exportsOf, typeBehind }, { id, api, code, specifier }, uses) {
  if (api === undefined) return [];
  const values = await import(pathToFileURL(code).href);
  const { deprecationOf } = await import('../core/dist/api/deprecation.js');
  return exportsOf(api).flatMap(({ name, doc, tags, declarations }) => {
    const token = values[name];
    const [, form, tokenId] =
      /^portico\.(service|point|conditional-point):(.+)$/.exec(typeof token === 'symbol' ? token.description : '') ?? [];
    if (form === undefined) return [];
    const kind = form === 'service' ? 'service' : 'extension-point';
    const deprecated = deprecationOf(tokenId);
    const isTagged = tags.some((tag) => tag.name === 'deprecated');
    if (isTagged !== (deprecated !== undefined))
      throw new Error(
        `${name} of ${specifier}: the tag @deprecated and the option "deprecated" say the same, or neither is there.`,
      );
    const type = typeBehind(declarations, kind === 'extension-point');
    const example = kind === 'service' ? injected(name, specifier) : uses(name);
    const entry = {
      kind,
      id: tokenId,
      module: id,
      description: sentence(doc || type.doc),
      imported: { name, from: specifier },
      ...(kind === 'extension-point' ? { conditional: form === 'conditional-point' } : {}),
      ...(type.shape ? { shape: type.shape } : {}),
      ...(example ? { example } : {}),
      ...(deprecated ? { deprecated } : {}),
    };
    return [entry, ...eventsOf(type.declarations, entry)];
  });
}

/** Members of a service that are events. */
function eventsOf(declarations, { id, kind, module, imported }) {
  if (kind !== 'service') return [];
  return declarations.flatMap((node) =>
    [...(node.members ?? [])]
      .filter((member) => /^Event</.test(member.type?.getText() ?? ''))
      .map((member) => ({
        kind: 'event',
        id: `${id}.${member.name.getText()}`,
        module,
        description: sentence(commentBefore(member.getSourceFile().text, member.getStart())),
        imported,
        shape: `${imported.name}.${member
          .getText()
          .replace(/^readonly /, '')
          .replace(/;$/, '')}`,
      })),
  );
}

function injected(name, from) {
  const field = name.charAt(0).toLowerCase() + name.slice(1);
  return {
    code: `import { inject, ${from === '@portico/core' ? `${name} } from '${from}';` : `injectable } from '@portico/core';\nimport { ${name} } from '${from}';`}\n\nconstructor(@inject(${name}) private readonly ${field}: ${name}) {}`,
    from: 'its token',
  };
}

/** Permissions, settings and flags that the code of a module declares. */
function declaredBy({ id: module, manifest }, declared) {
  const words = declared ? messagesIn(module) : {};
  const flags = Object.entries(manifest.flags ?? {}).map(([id, { type, title, description }]) => ({
    kind: 'flag',
    id,
    module,
    type,
    description: [title, description]
      .filter((text) => text !== undefined)
      .map(sentence)
      .join(' '),
  }));
  const valuesAt = (point) =>
    (declared?.contributions ?? []).flatMap((each) =>
      each.point === point && each.made.kind === 'value' ? [each.made.value] : [],
    );
  const permissions = valuesAt('portico.permissions').map(({ id, label, scope, defaultRoles }) => ({
    kind: 'permission',
    id,
    module,
    label,
    type: scope,
    description: `${sentence(words[label] ?? label)}${defaultRoles.length > 0 ? ` At first of the roles ${defaultRoles.join(', ')}.` : ''}`,
  }));
  const pages = [
    ...valuesAt('configuration.settings-definitions'),
    ...valuesAt('configuration.settings-additions').map(({ page: of, fields }) => ({ id: of, fields })),
  ];
  const settings = pages.flatMap(({ id, fields }) =>
    Object.entries(fields).map(([field, { type, label, help, default: value }]) => ({
      kind: 'setting',
      id: `${id}.${field}`,
      module,
      label,
      type,
      description: [
        words[label] ?? label,
        help && words[help],
        value !== undefined &&
          value !== '' &&
          String(value).length > 0 &&
          `Default: ${Array.isArray(value) ? value.join('; ') : value}`,
      ]
        .filter(Boolean)
        .map(sentence)
        .join(' '),
    })),
  );
  return [...flags, ...permissions, ...settings];
}

function messagesIn(module) {
  const { folder } = packages.find(({ id }) => id === module);
  const file = join(root, folder, 'messages/en.json');
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {};
}

/** Topics that transactions of a package announce, from its built code. */
function topicsOf({ folder, id: module }) {
  const found = new Map();
  for (const file of filesIn(join(root, folder, 'dist'), /\.js$/)) {
    const code = readFileSync(file, 'utf8');
    for (const [, literal, name] of code.matchAll(/\.announce\(\s*(?:'([^']+)'|(\w+))/g)) {
      const [, constant] = name === undefined ? [] : (new RegExp(`const ${name} = '([^']+)'`).exec(code) ?? []);
      const topic = literal ?? constant;
      if (topic === undefined || found.has(topic)) continue;
      const at = code.indexOf(name === undefined ? `.announce('` : `const ${name} = `);
      found.set(topic, { kind: 'event', id: topic, module, type: 'topic', description: sentence(commentBefore(code, at)) });
    }
  }
  return [...found.values()];
}

/** The docstring that ends right before a place in a text. */
function commentBefore(text, at) {
  const [, comment] = /\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\s*(?:export )?$/.exec(text.slice(0, at)) ?? [];
  return (comment ?? '').replaceAll(/^\s*\* ?/gm, '').trim();
}

/** Finds how a point is used: in the documentation, in examples, or by a module of ours. */
function usesIn(all) {
  const docs = ['docs/module-authors.md', 'docs/design-system.md'].flatMap((file) =>
    [...readFileSync(join(root, file), 'utf8').matchAll(/```ts\n([\s\S]*?)```/g)].map(([, code]) => ({ code, from: file })),
  );
  const sources = all
    .map(({ folder }) => folder)
    .sort((a, b) => Number(b.startsWith('examples')) - Number(a.startsWith('examples')) || compare(a, b))
    .flatMap((folder) => filesIn(join(root, folder), /\.ts$/).filter((file) => !/\/(?:test|testing|dist)\//.test(file)))
    .map((file) => ({ code: readFileSync(file, 'utf8'), from: relative(root, file) }));
  return (name) => {
    const places = [...docs, ...sources].map(({ code, from }) => ({ code: statementWith(code, `contribute(${name})`), from }));
    return places.find(({ code }) => code !== undefined);
  };
}

/** The statement in which some code stands, from the start of its line to its semicolon. */
function statementWith(code, part) {
  const at = code.indexOf(part);
  if (at < 0) return undefined;
  const start = code.lastIndexOf('\n', at) + 1;
  let depth = 0;
  let end = at;
  for (; end < code.length; end += 1) {
    if ('([{'.includes(code[end])) depth += 1;
    if (')]}'.includes(code[end])) depth -= 1;
    if (code[end] === ';' && depth <= 0) break;
  }
  const lines = code.slice(start, end + 1).split('\n');
  const indent = /^ */.exec(lines[0])[0].length;
  return lines.map((line) => line.slice(Math.min(indent, /^ */.exec(line)[0].length))).join('\n');
}

function filesIn(folder, pattern) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true })
    .filter(({ name }) => name !== 'node_modules' && name !== 'test')
    .flatMap((entry) => {
      const path = join(folder, entry.name);
      return entry.isDirectory() ? filesIn(path, pattern) : pattern.test(entry.name) ? [path] : [];
    })
    .sort(compare);
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

function sentence(text) {
  const flat = text.trim();
  return flat === '' || /[.!?:]$/.test(flat) ? flat : `${flat}.`;
}

function compare(a, b) {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Whether anything that the data is made of is newer than it. */
function isStale() {
  return packages.some(({ folder }) => {
    const file = join(root, folder, dataFile);
    if (!existsSync(file)) return true;
    const time = statSync(file).mtimeMs;
    const from = [
      join(root, folder, 'dist/.tsbuildinfo'),
      join(root, folder, 'package.json'),
      join(root, folder, 'messages/en.json'),
      import.meta.filename,
    ];
    return from.some((each) => existsSync(each) && statSync(each).mtimeMs > time);
  });
}
