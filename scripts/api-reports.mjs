/**
 * Compares what each package exports with its report in docs/api, and exits 1 when they differ; `--fix` writes the reports. What is not in a
 * report is no promise; what changes in one is seen by whoever reviews the change. The code must be built.
 *
 *   node scripts/api-reports.mjs [--fix] [--reports <folder>]
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { TypedDeclarations } from '../core/dist/authoring/typed-declarations.js';
import { deliveredExports, packageFolders, root } from './packages.mjs';

const { values: options } = parseArgs({
  options: { fix: { type: 'boolean' }, reports: { type: 'string', default: join(root, 'docs/api') } },
});
const folder = resolve(options.reports);
const { fix } = options;
const scratch = mkdtempSync(join(root, 'core/dist/client-'));
const entries = packageFolders().flatMap(entriesOf);
const types = await TypedDeclarations.open(
  join(root, 'core'),
  entries.map(({ file }) => file),
);
try {
  const reports = new Map(entries.map((entry) => [`${entry.name}.txt`, reportOf(entry)]));
  mkdirSync(folder, { recursive: true });
  const gone = readdirSync(folder).filter((name) => !reports.has(name));
  const differing = [...reports].filter(
    ([name, text]) => !existsSync(join(folder, name)) || readFileSync(join(folder, name), 'utf8') !== text,
  );
  if (fix) {
    for (const name of gone) rmSync(join(folder, name));
    for (const [name, text] of differing) writeFileSync(join(folder, name), text);
  } else if (gone.length + differing.length > 0) {
    for (const name of gone) console.error(`${shown(name)} reports a package that is not there.`);
    for (const [name, text] of differing) console.error(differenceOf(name, text));
    console.error(
      'What packages export has changed. Say so in CHANGELOG.md, and write the reports: npm run api-reports -- --fix.',
    );
    process.exitCode = 1;
  }
} finally {
  types.close();
  rmSync(scratch, { recursive: true });
}

/** What a package lets others import, besides the module itself. */
function entriesOf(folder) {
  const content = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'));
  const { name, portico } = content;
  return deliveredExports(content).flatMap(([path, target]) => {
    if (path === '.' && portico) return [];
    const file = typeof target === 'string' ? target : (target.types ?? target.default);
    const specifier = join(name, path);
    const base = {
      specifier,
      name: specifier.replace(/^@portico\//, '').replaceAll('/', '-'),
      folders: [join(root, folder), scratch],
    };
    if (file.endsWith('.d.ts')) return [{ ...base, file: join(root, folder, file) }];
    if (file.endsWith('.js')) return [{ ...base, file: join(root, folder, file.replace(/\.js$/, '.d.ts')) }];
    if (file.endsWith('.ts')) return [{ ...base, file: declarationsOf(join(root, folder, file)) }];
    return [];
  });
}

/** Scripts for browsers are bundled from their source; their declarations are made here. */
function declarationsOf(file) {
  const out = join(scratch, basename(dirname(file)));
  const config = join(scratch, 'tsconfig.json');
  const compilerOptions = { noEmit: false, declaration: true, emitDeclarationOnly: true, outDir: out, rootDir: root };
  writeFileSync(config, JSON.stringify({ extends: join(root, 'tsconfig.client.json'), compilerOptions, include: [file] }));
  const tsc = join(root, 'node_modules/typescript/bin/tsc');
  const { status, stdout } = spawnSync(process.execPath, [tsc, '-p', config], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${relative(root, file)}: ${stdout}`);
  return join(out, relative(root, file).replace(/\.ts$/, '.d.ts'));
}

function reportOf({ specifier, file, folders }) {
  const exports = types.exportsOf(file);
  const lines = exports.flatMap((each) =>
    each.from ? [`export { ${each.name} } from '${each.from}'`] : declarationsIn(each).map((text) => `export ${text}`),
  );
  const inner = types.reachable(exports, folders).flatMap(declarationsIn);
  const part = (title, texts) => (texts.length === 0 ? [] : [`// ${title}\n`, ...texts.sort(byText).map((text) => `${text}\n`)]);
  return [
    `// What ${specifier} exports: written by npm run api-reports -- --fix, compared by a test.\n`,
    ...part('Exported', lines),
    ...part('Not exported, and part of what is', inner),
  ].join('\n');
}

function declarationsIn({ tags, declarations }) {
  const deprecated = tags.find(({ name }) => name === 'deprecated');
  return declarations.map((node) => `${deprecated ? `/** @deprecated ${deprecated.text} */\n` : ''}${types.printed(node)}`);
}

function byText(a, b) {
  return a < b ? -1 : a > b ? 1 : 0;
}

function shown(name) {
  return relative(root, join(folder, name));
}

/** The first line that is another one. */
function differenceOf(name, text) {
  const was = existsSync(join(folder, name)) ? readFileSync(join(folder, name), 'utf8').split('\n') : [];
  const is = text.split('\n');
  const at = is.findIndex((line, index) => line !== was[index]);
  return `${shown(name)}:${at + 1}\n  - ${was[at] ?? ''}\n  + ${is[at] ?? ''}`;
}
